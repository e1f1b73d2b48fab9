"""ONNX models, read from their protobuf bytes."""

"""Archives of torch: saved objects, TorchScript, `torch.export`."""

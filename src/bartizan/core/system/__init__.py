"""The description of a system: what `system.yaml` says, frozen and checked."""

from bartizan.core.system.adversaries import KNOWABLE, Adversary, Budget
from bartizan.core.system.assets import (
    Asset,
    Assets,
    DataAsset,
    DpPromise,
    HardwareAsset,
    ModelAsset,
    Retrain,
    SoftwareAsset,
)
from bartizan.core.system.choice import SYSTEM_ID, DesignChoice
from bartizan.core.system.contributing import Contributing
from bartizan.core.system.flows import OUTSIDE, Flow
from bartizan.core.system.gates import (
    AcceptedRisk,
    Authorisation,
    Gate,
    MeasureGate,
    Norm,
    Override,
    VerdictGate,
)
from bartizan.core.system.interfaces import Interface
from bartizan.core.system.load_data import (
    CsvLoad,
    DataLoad,
    Feature,
    FunctionLoad,
    IdxLoad,
    ImageFolderLoad,
    NpzLoad,
    ParquetLoad,
    PluginDataLoad,
    TableLoad,
)
from bartizan.core.system.load_model import (
    LightgbmLoad,
    ModelLoad,
    OnnxLoad,
    OutsidePreprocessing,
    PluginModelLoad,
    SklearnLoad,
    TorchExportLoad,
    TorchLoad,
    TorchscriptLoad,
    XgboostLoad,
)
from bartizan.core.system.odd import Condition, ConditionAtStage, Distribution
from bartizan.core.system.provenance import Provenance
from bartizan.core.system.system import Impact, Organisation, Supply, System
from bartizan.core.system.use import Floor, Metric, Use

__all__ = [
    "KNOWABLE",
    "OUTSIDE",
    "SYSTEM_ID",
    "AcceptedRisk",
    "Adversary",
    "Asset",
    "Assets",
    "Authorisation",
    "Budget",
    "Condition",
    "ConditionAtStage",
    "Contributing",
    "CsvLoad",
    "DataAsset",
    "DataLoad",
    "DesignChoice",
    "Distribution",
    "DpPromise",
    "Feature",
    "Floor",
    "Flow",
    "FunctionLoad",
    "Gate",
    "HardwareAsset",
    "IdxLoad",
    "ImageFolderLoad",
    "Impact",
    "Interface",
    "LightgbmLoad",
    "MeasureGate",
    "Metric",
    "ModelAsset",
    "ModelLoad",
    "Norm",
    "NpzLoad",
    "OnnxLoad",
    "Organisation",
    "OutsidePreprocessing",
    "Override",
    "ParquetLoad",
    "PluginDataLoad",
    "PluginModelLoad",
    "Provenance",
    "Retrain",
    "SklearnLoad",
    "SoftwareAsset",
    "Supply",
    "System",
    "TableLoad",
    "TorchExportLoad",
    "TorchLoad",
    "TorchscriptLoad",
    "Use",
    "VerdictGate",
    "XgboostLoad",
]

"""What the names in a pickle stand for: plain data, a known way to run code, or neither.

A name is plain when what it makes is data, and making it with arguments of the file's own choice does nothing else.
The lists were read from torch 2.13, NumPy 2.4, SciPy 1.17, scikit-learn 1.9, joblib 1.6, XGBoost 3.2, LightGBM 4.7.
"""

from __future__ import annotations

import re
import sys
from enum import Enum


class Standing(Enum):
    """Where a name stands."""

    PLAIN = "plain"
    UNKNOWN = "unknown"
    RUNS = "runs"


_STORAGES = tuple(
    f"{kind}Storage"
    for kind in (
        *("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool", "Untyped"),
        *("ComplexFloat", "ComplexDouble", "QUInt8", "QInt8", "QInt32", "Typed"),
    )
)
_NUMBERS = "float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 complex64 complex128".split()  # noqa: SIM905
_TORCH_DTYPES = (*_NUMBERS, "bfloat16", "bool", "float8_e4m3fn", "float8_e5m2", "quint8", "qint8", "qint32")

TORCH_NAMES = frozenset(
    {
        "collections OrderedDict",
        *(f"torch._utils _rebuild_{n}" for n in ("tensor", "tensor_v2", "tensor_v3", "parameter", "qtensor")),
        *(f"torch._utils _rebuild_{n}" for n in ("sparse_tensor", "parameter_with_state", "meta_tensor_no_storage")),
        *("torch.serialization _get_layout", "torch._tensor _rebuild_from_type_v2", "torch Generator"),
        *(f"torch {n}" for n in ("Size", "Tensor", "device", "strided", "per_tensor_affine", "channels_last")),
        *("torch._tensor Tensor", "torch.nn.parameter Parameter", "torch.nn.parameter Buffer"),
        *(f"torch {n}" for n in (*_STORAGES, *_TORCH_DTYPES)),
        *(f"torch.storage {n}" for n in _STORAGES),
    }
)
_CORES = ("numpy.core", "numpy._core")
NUMPY_NAMES = frozenset(
    {
        *(f"numpy {n}" for n in ("dtype", "ndarray", "matrix", "bool", "bool_", "str_", "bytes_", "datetime64")),
        *(f"numpy {n}" for n in _NUMBERS),
        *(f"{core}.multiarray {f}" for core in _CORES for f in ("_reconstruct", "scalar")),
        *(f"{core}.numeric _frombuffer" for core in _CORES),
        *("numpy.ma.core _mareconstruct", "numpy.ma.core MaskedArray", "numpy.ma MaskedArray", "_codecs encode"),
        *(f"numpy.random._pickle __{n}_ctor" for n in ("randomstate", "generator", "bit_generator")),
        *("numpy.random.mtrand RandomState", "numpy.random._generator Generator", "numpy.random._mt19937 MT19937"),
        *("numpy.random._pcg64 PCG64", "numpy.random.bit_generator SeedSequence"),
        "numpy.random.bit_generator __pyx_unpickle_SeedSequence",
        *(
            f"numpy {n}"
            for n in "log log2 log10 log1p exp expm1 sqrt square cbrt sin cos tanh abs absolute sign".split()  # noqa: SIM905
        ),
        *(
            f"numpy {n}"
            for n in "add subtract multiply divide maximum minimum mean median sum isnan nan_to_num".split()  # noqa: SIM905
        ),
    }
)
_BUILTINS = "set frozenset list dict tuple bytearray bytes complex slice range object int float bool str".split()  # noqa: SIM905
_PYTHON = frozenset(
    {
        *(f"builtins {n}" for n in (*_BUILTINS, "Ellipsis", "NotImplemented", "NoneType")),
        *(f"collections {n}" for n in ("OrderedDict", "defaultdict", "Counter", "deque")),
        *(f"datetime {n}" for n in ("date", "time", "datetime", "timedelta", "timezone")),
        *("decimal Decimal", "fractions Fraction", "uuid UUID", "argparse Namespace", "types SimpleNamespace"),
        *("copyreg _reconstructor", "array array", "array _array_reconstructor"),
        *(f"pathlib{m} {k}{p}Path" for m in ("", "._local") for k in ("", "Pure") for p in ("Posix", "Windows", "")),
    }
)
_LIBRARIES = frozenset(
    {
        *("joblib.numpy_pickle NumpyArrayWrapper", "torch.storage _load_from_bytes", "torch.nn.functional relu"),
        *("torch.nn.functional gelu", "torch._C._nn gelu", "torch.torch_version TorchVersion"),
        *("sklearn.metrics._dist_metrics newObj", "sklearn.neighbors._kd_tree newObj"),
        *(
            "sklearn.neighbors._ball_tree newObj",
            "sklearn.utils._bunch Bunch",
            "sklearn.utils.deprecation DeprecationDict",
        ),
        *("sklearn.utils._random RandomState", "sklearn.utils.validation _is_arraylike"),
        *("sklearn.utils._metadata_requests MetadataRequest", "sklearn.utils._metadata_requests MethodMetadataRequest"),
        *("sklearn.feature_selection._univariate_selection f_classif", "sklearn.metrics.pairwise rbf_kernel"),
        *(
            "sklearn.feature_selection._univariate_selection f_regression",
            "sklearn.feature_selection._univariate_selection chi2",
        ),
        *("xgboost.core Booster", "lightgbm.basic Booster", "lightgbm.basic _LGBMBooster"),
        "scipy._lib.array_api_compat.numpy._aliases asarray",
        *("scipy.interpolate._interpolate interp1d", "scipy.interpolate._bsplines BSpline"),
        *("scipy.interpolate._cubic CubicSpline", "scipy.interpolate._cubic PchipInterpolator"),
        *("scipy.spatial._ckdtree cKDTree", "scipy.spatial._kdtree KDTree"),
        *("pandas.core.frame DataFrame", "pandas.core.series Series", "pandas._libs.internals _unpickle_block"),
        *("pandas.core.internals.managers BlockManager", "pandas.core.internals.managers SingleBlockManager"),
        *("pandas.core.indexes.base Index", "pandas.core.indexes.base _new_Index"),
        *("pandas.core.indexes.range RangeIndex", "pandas.core.internals.blocks new_block"),
    }
)
PLAIN_NAMES = TORCH_NAMES | NUMPY_NAMES | _PYTHON | _LIBRARIES

# Classes whose making and state are data, wherever in these modules they live: a class is told by its capital.
_SKLEARN = (
    "base|calibration|cluster|compose|covariance|cross_decomposition|decomposition|discriminant_analysis|dummy|ensemble"
    "|feature_extraction|feature_selection|gaussian_process|impute|isotonic|kernel_approximation|kernel_ridge"
    "|linear_model|manifold|metrics|mixture|model_selection|multiclass|multioutput|naive_bayes|neighbors"
    "|neural_network|pipeline|preprocessing|random_projection|semi_supervised|svm|tree|frozen|_loss"
)
_NN = (
    "activation|adaptive|batchnorm|channelshuffle|container|conv|distance|dropout|flatten|fold|instancenorm|lazy|linear"
    "|loss|module|normalization|padding|pixelshuffle|pooling|rnn|sparse|transformer|upsampling|utils"
)
_CLASSES = re.compile(
    r"(?!.* (?:ABCMeta|NamedTuple|TypedDict|TypeVar|ParamSpec|Protocol)$)(?:"  # imported there; they make classes
    rf"sklearn\.(?:{_SKLEARN})(?:\.\w+)* (?:_?[A-Z]\w*|__pyx_unpickle_\w+)"
    rf"|torch\.nn\.modules\.(?:{_NN}) [A-Z]\w*"
    r"|torch\.optim\.(?:\w+) [A-Z]\w*"
    r"|torch\.nn\.attention\.bias Causal\w+"
    r"|torch\.utils\.data\.dataset (?:TensorDataset|Subset|ConcatDataset)"
    r"|scipy\.sparse\.\w+ (?:bsr|coo|csc|csr|dia|dok|lil)_(?:matrix|array)"
    r"|xgboost\.sklearn XGB\w+|lightgbm\.sklearn LGBM\w+"
    r"|numpy\.dtypes \w+DType)"
)

# Standard modules in which some names are data: a name of theirs that is on no list needs a look, no more.
_NEUTRAL = frozenset(
    "abc argparse array bisect calendar cmath collections copy copyreg dataclasses datetime decimal enum"  # noqa: SIM905
    " fractions functools graphlib heapq ipaddress itertools keyword locale math numbers pathlib random re statistics"
    " string time types typing uuid warnings weakref zoneinfo".split()
)
_RUN = frozenset(
    {
        *("copyreg add_extension", "copyreg pickle", "copyreg constructor", "copyreg dispatch_table"),
        *(f"types {n}" for n in ("CodeType", "FunctionType", "MethodType", "LambdaType", "new_class", "prepare_class")),
        *(
            "functools partial",
            "functools reduce",
            "functools partialmethod",
            "typing get_type_hints",
            "typing ForwardRef",
        ),
        *("typing _eval_type", "weakref finalize", "dataclasses make_dataclass", "dataclasses _create_fn"),
        *(
            "collections namedtuple",
            "enum Enum",
            "itertools starmap",
            "copy copy",
            "copy deepcopy",
            "uuid _get_command_stdout",
        ),
        *("locale _parse_localename", "random _test", "re Scanner", "warnings _setoption"),
        *(
            f"numpy {n}"
            for n in "load loads save savez savetxt fromfile memmap genfromtxt loadtxt lookfor source".split()  # noqa: SIM905
        ),
        *(f"torch {n}" for n in ("load", "save", "compile", "import_ir_module", "classes", "ops", "hub", "jit")),
        *("torch.serialization load", "torch.serialization save", "torch.storage load", "joblib load", "joblib dump"),
        *(
            "joblib.numpy_pickle load",
            "joblib.numpy_pickle_utils load",
            "pandas read_pickle",
            "pandas eval",
            "pandas read_csv",
        ),
    }
)
_RUN_MODULES = re.compile(
    r"(?:distutils|imp|asyncore|asynchat|smtpd|lib2to3|idlelib|commands|popen2|nt|posix|pip|setuptools|pkg_resources|dill"
    r"|cloudpickle|IPython|pexpect|paramiko|fabric|requests|urllib3|aiohttp|httpx|execnet|cffi|invoke|sh|plumbum|fsspec"
    r"|torch\.(?:hub|jit|package|fx|_inductor|_dynamo|distributed|multiprocessing|ops|_ops|library|export|cuda|testing"
    r"|utils\.(?!data\.dataset$)\w+)|numpy\.(?:f2py|testing|distutils|lib|ctypeslib)"
    r"|sklearn\.(?:datasets|externals|utils\._testing|utils\.estimator_checks|__check_build)"
    r"|joblib\.(?:externals|memory|parallel|hashing|_parallel_backends|pool|func_inspect|testing)"
    r"|scipy\.(?:io|weave|datasets|_lib|_build_utils)|pandas\.(?:io|core\.computation|compat\.pickle_compat))(?:\.|$)"
)


# Plain as long as the file itself calls them: their arguments are looked at, or what they make is.
_FOR_CALLING = frozenset(
    {"torch.storage _load_from_bytes", "joblib.numpy_pickle NumpyArrayWrapper", "numpy dtype", "xgboost.core Booster"}
    | {"lightgbm.basic Booster", "lightgbm.basic _LGBMBooster"}
)


def is_for_calling(module: str, name: str) -> bool:
    """Whether an honest file calls this name and never hands it on as a value."""
    return f"{module} {name}" in _FOR_CALLING or module == "numpy.dtypes"


def standing(module: str, name: str) -> Standing:
    """Where `module.name` stands. Dotted names walk through attributes, which is how lists are got around."""
    full = f"{module} {name}"
    if full in PLAIN_NAMES or _CLASSES.fullmatch(full):
        return Standing.PLAIN
    root = module.partition(".")[0]
    if full in _RUN or _RUN_MODULES.match(module) or (root in sys.stdlib_module_names and root not in _NEUTRAL):
        return Standing.RUNS
    return Standing.RUNS if "." in name and _walks(name) else Standing.UNKNOWN


def _walks(name: str) -> bool:
    """Whether a dotted name leads through a module or a hidden attribute."""
    parts = [p.lstrip("_") for p in name.split(".")]
    hidden = any(p.startswith("__") for p in name.split("."))
    return hidden or any(p in sys.stdlib_module_names and p not in _NEUTRAL for p in parts)

"""The classes of Keras whose configuration is data, and those that load or run something else."""

from __future__ import annotations

KNOWN = frozenset(
    "Sequential Functional Model InputLayer Input Dense Activation Dropout Flatten Reshape Permute RepeatVector"  # noqa: SIM905
    " Embedding Masking EinsumDense Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose Convolution2D"
    " SeparableConv1D SeparableConv2D DepthwiseConv1D DepthwiseConv2D MaxPooling1D MaxPooling2D MaxPooling3D"
    " AveragePooling1D AveragePooling2D AveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D"
    " GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D AdaptiveAveragePooling2D"
    " AdaptiveMaxPooling2D LSTM LSTMCell GRU GRUCell SimpleRNN SimpleRNNCell RNN StackedRNNCells Bidirectional"
    " TimeDistributed ConvLSTM1D ConvLSTM2D ConvLSTM3D BatchNormalization LayerNormalization GroupNormalization"
    " UnitNormalization SpectralNormalization RMSNormalization Normalization Discretization Hashing CategoryEncoding"
    " HashedCrossing StringLookup IntegerLookup TextVectorization Resizing Rescaling CenterCrop RandomCrop RandomFlip"
    " RandomTranslation RandomRotation RandomZoom RandomContrast RandomBrightness RandomHeight RandomWidth"
    " GaussianNoise GaussianDropout AlphaDropout SpatialDropout1D SpatialDropout2D SpatialDropout3D"
    " ActivityRegularization Attention AdditiveAttention MultiHeadAttention GroupedQueryAttention Concatenate Average"
    " Maximum Minimum Add Subtract Multiply Dot Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D UpSampling3D"
    " ZeroPadding1D ZeroPadding2D ZeroPadding3D ReLU LeakyReLU PReLU ELU ThresholdedReLU Softmax Identity"
    " LocallyConnected1D LocallyConnected2D DTypePolicy Policy FloatDTypePolicy QuantizedDTypePolicy DTypePolicyMap"
    " Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal VarianceScaling Orthogonal GlorotNormal"
    " GlorotUniform HeNormal HeUniform LecunNormal LecunUniform L1 L2 L1L2 OrthogonalRegularizer MaxNorm NonNeg"
    " UnitNorm MinMaxNorm SGD RMSprop Adam AdamW Adadelta Adagrad Adamax Adafactor Nadam Ftrl Lion Lamb"
    " LossScaleOptimizer ExponentialDecay PiecewiseConstantDecay PolynomialDecay InverseTimeDecay"
    " CosineDecay CosineDecayRestarts"
    " BinaryCrossentropy CategoricalCrossentropy SparseCategoricalCrossentropy Poisson KLDivergence MeanSquaredError"
    " MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredLogarithmicError CosineSimilarity Huber LogCosh Hinge"
    " SquaredHinge CategoricalHinge BinaryFocalCrossentropy CategoricalFocalCrossentropy CTC Dice Tversky Accuracy"
    " BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy TopKCategoricalAccuracy AUC Precision Recall"
    " FalseNegatives FalsePositives TrueNegatives TruePositives MeanMetricWrapper Mean Sum RootMeanSquaredError F1Score"
    " FBetaScore R2Score MeanIoU KerasTensor __keras_tensor__ __numpy__ __tensor__ __bytes__ __tuple__ __ellipsis__"
    " __slice__ CompileConfig Seed SeedGenerator".split()
)
RUNS = frozenset("Lambda __lambda__ TorchModuleWrapper".split())  # noqa: SIM905
LOADS = frozenset("TFSMLayer JaxLayer FlaxLayer CustomModel __typespec__".split())  # noqa: SIM905
LOOKUPS = frozenset("StringLookup IntegerLookup TextVectorization IndexLookup".split())  # noqa: SIM905
_MODULES = ("activations", "losses", "metrics", "initializers", "regularizers")
FUNCTION_MODULES = frozenset(f"{root}.{name}" for root in ("keras", "keras.src") for name in _MODULES)
FUNCTIONS = frozenset(
    "relu relu6 leaky_relu elu selu celu gelu silu swish mish softmax log_softmax softplus softsign tanh sigmoid"  # noqa: SIM905
    " hard_sigmoid hard_silu hard_swish exponential linear glu hard_tanh hard_shrink soft_shrink tanh_shrink sparsemax"
    " squareplus mse mae mape msle mean_squared_error mean_absolute_error mean_absolute_percentage_error"
    " binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy hinge squared_hinge log_cosh huber"
    " poisson kl_divergence cosine_similarity accuracy binary_accuracy categorical_accuracy"
    " sparse_categorical_accuracy".split()
)

using Inference.Operators.Attention;
using Inference.Operators.Basic;
using Inference.Operators.Casting;
using Inference.Operators.Contrib;
using Inference.Operators.ControlFlow;
using Inference.Operators.Convolution;
using Inference.Operators.Elementwise;
using Inference.Operators.Fused;
using Inference.Operators.Images;
using Inference.Operators.Loss;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Ml;
using Inference.Operators.Normalization;
using Inference.Operators.Pooling;
using Inference.Operators.Quantization;
using Inference.Operators.Random;
using Inference.Operators.Recurrent;
using Inference.Operators.Reduction;
using Inference.Operators.Sequences;
using Inference.Operators.Signal;
using Inference.Operators.Structure;
using Inference.Operators.Text;
using Inference.Operators.Training;

namespace Inference.Operators.Standard;

/// <summary>The operators of the engine.</summary>
internal static class StandardOperators
{
    /// <summary>The rows of all families.</summary>
    public static OperatorTable Table { get; } = new(
    [
        .. AttentionRows.Entries,
        .. BasicRows.Entries,
        .. CastingRows.Entries,
        .. ContribRows.Entries,
        .. ControlFlowRows.Entries,
        .. ConvolutionRows.Entries,
        .. ElementwiseRows.Entries,
        .. FusedRows.Entries,
        .. ImagesRows.Entries,
        .. LossRows.Entries,
        .. MatrixProductRows.Entries,
        .. MlRows.Entries,
        .. NormalizationRows.Entries,
        .. PoolingRows.Entries,
        .. QuantizationRows.Entries,
        .. RandomRows.Entries,
        .. RecurrentRows.Entries,
        .. ReductionRows.Entries,
        .. SequencesRows.Entries,
        .. SignalRows.Entries,
        .. StructureRows.Entries,
        .. TextRows.Entries,
        .. TrainingRows.Entries,
    ]);
}

using Inference.Operators.Attention;
using Inference.Operators.Basic;
using Inference.Operators.Casting;
using Inference.Operators.Contrib;
using Inference.Operators.ControlFlow;
using Inference.Operators.Convolution;
using Inference.Operators.Elementwise;
using Inference.Operators.Features;
using Inference.Operators.Filling;
using Inference.Operators.Fused;
using Inference.Operators.Images;
using Inference.Operators.Indexing;
using Inference.Operators.Joining;
using Inference.Operators.Labels;
using Inference.Operators.Linear;
using Inference.Operators.Loss;
using Inference.Operators.MatrixProduct;
using Inference.Operators.Normalization;
using Inference.Operators.Padding;
using Inference.Operators.Pooling;
using Inference.Operators.Quantization;
using Inference.Operators.Random;
using Inference.Operators.Recurrent;
using Inference.Operators.Reduction;
using Inference.Operators.Sequences;
using Inference.Operators.Signal;
using Inference.Operators.Sorting;
using Inference.Operators.Svm;
using Inference.Operators.Text;
using Inference.Operators.Training;
using Inference.Operators.Trees;
using Inference.Operators.Views;

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
        .. FeaturesRows.Entries,
        .. FillingRows.Entries,
        .. FusedRows.Entries,
        .. ImagesRows.Entries,
        .. IndexingRows.Entries,
        .. JoiningRows.Entries,
        .. LabelsRows.Entries,
        .. LinearRows.Entries,
        .. LossRows.Entries,
        .. MatrixProductRows.Entries,
        .. NormalizationRows.Entries,
        .. PaddingRows.Entries,
        .. PoolingRows.Entries,
        .. QuantizationRows.Entries,
        .. RandomRows.Entries,
        .. RecurrentRows.Entries,
        .. ReductionRows.Entries,
        .. SequencesRows.Entries,
        .. SignalRows.Entries,
        .. SortingRows.Entries,
        .. SvmRows.Entries,
        .. TextRows.Entries,
        .. TrainingRows.Entries,
        .. TreesRows.Entries,
        .. ViewsRows.Entries,
    ]);
}

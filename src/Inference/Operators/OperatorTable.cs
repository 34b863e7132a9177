using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Inference.Operators.Attention;
using Inference.Operators.Basic;
using Inference.Operators.Casting;
using Inference.Operators.Contract;
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

namespace Inference.Operators;

/// <summary>Operators by name. Immutable: another table is made of one and more rows.</summary>
internal sealed class OperatorTable
{
    private readonly FrozenDictionary<(string, string), OperatorEntry> _byName;
    private Dictionary<string, UnaryTrait>? _cells;

    /// <summary>A table of these rows.</summary>
    public OperatorTable(IReadOnlyList<OperatorEntry> entries)
    {
        Entries = entries;
        _byName = entries.ToFrozenDictionary(e => (e.Domain, e.OpType));
    }

    /// <summary>The operators of the engine, by the rows of their families.</summary>
    public static OperatorTable Standard { get; } = new(
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

    /// <summary>The rows.</summary>
    public IReadOnlyList<OperatorEntry> Entries { get; }

    /// <summary>Functions of recurrent cells by the operators' names, whatever the case of letters.</summary>
    public IReadOnlyDictionary<string, UnaryTrait> Cells =>
        _cells ??= Entries.Where(e => e.Traits.Cell is not null).ToDictionary(e => e.OpType, e => e.Traits.Cell!, StringComparer.OrdinalIgnoreCase);

    /// <summary>This table and more rows.</summary>
    public OperatorTable With(params ReadOnlySpan<OperatorEntry> more) => new([.. Entries, .. more]);

    /// <summary>Finds an operator; false where the table does not have it.</summary>
    public bool TryFind(string domain, string opType, long opset, [NotNullWhen(true)] out OperatorEntry? entry) =>
        _byName.TryGetValue((domain, opType), out entry) && opset >= entry.Since;

    /// <summary>What is known of an operator, of whichever version.</summary>
    public OperatorTraits TraitsOf(string domain, string opType) => _byName.TryGetValue((domain, opType), out OperatorEntry? entry) ? entry.Traits : OperatorTraits.None;
}

using System.Runtime.CompilerServices;

namespace Inference.Operators.Scoring;

/// <summary>Labels of classes: strings or integers.</summary>
internal sealed class ClassLabels
{
    private readonly string[]? _strings;
    private readonly long[]? _integers;

    public ClassLabels(Node node, string integers, string strings)
    {
        _strings = node.Attributes.Strings(strings) is { Length: > 0 } names ? names : null;
        _integers = _strings is null ? node.Attributes.Ints(integers) ?? [] : null;
    }

    public int Count => _strings?.Length ?? _integers!.Length;

    public ElementType Type => _strings is null ? ElementType.Int64 : ElementType.String;

    /// <summary>Writes the label of class <paramref name="index"/> as element <paramref name="row"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Write(Tensor target, int row, int index)
    {
        if (_strings is not null)
        {
            target.Strings[row] = _strings[index];
        }
        else
        {
            target.Span<long>()[row] = index < _integers!.Length ? _integers[index] : index;
        }
    }
}

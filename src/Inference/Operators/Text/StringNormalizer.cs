using Inference.Kernels.Threading;

namespace Inference.Operators.Text;

/// <summary>Texts [C] or [1, C] without the stop words, in lower or upper case; one empty text where nothing is left. Source: ONNX StringNormalizer, opset 10.</summary>
internal sealed class StringNormalizer : Operator
{
    private readonly string _action;
    private readonly bool _caseSensitive;
    private readonly HashSet<string> _stopWords;

    public StringNormalizer(Node node)
    {
        _action = node.Attributes.String("case_change_action", "NONE");
        if (_action is not ("NONE" or "LOWER" or "UPPER"))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'case_change_action': expected NONE, LOWER or UPPER, got '{_action}'.");
        }

        _caseSensitive = node.Attributes.Int("is_case_sensitive", 0) != 0;
        _stopWords = new(node.Attributes.Strings("stopwords") ?? [], _caseSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
    }

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? shape = context.InputShape(0);
        bool keeps = _stopWords.Count == 0 && shape is not null && shape[^1].Size > 0;
        context.SetOutput(0, ElementType.String, shape is null ? null : keeps ? shape : shape.Length == 1 ? [Dimension.Unknown] : [Dimension.Fixed(1), Dimension.Unknown]);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        var work = default(WorkCounter);
        var kept = new List<string>();
        foreach (string text in x.Strings)
        {
            work.Add(StringConcat.TextWork + text.Length);
            if (!_stopWords.Contains(text))
            {
                context.Claim(nint.Size + (_action == "NONE" ? 0 : MemoryCount.OfString(text.Length)));
                kept.Add(_action switch { "LOWER" => text.ToLowerInvariant(), "UPPER" => text.ToUpperInvariant(), _ => text });
            }
        }

        if (kept.Count == 0)
        {
            kept.Add("");
        }

        Tensor y = context.Output(0, ElementType.String, x.Rank == 1 ? [kept.Count] : [1, kept.Count]);
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kept).CopyTo(y.Strings);
    }
}

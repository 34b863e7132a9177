using Inference.Kernels.Threading;

namespace Inference.Operators.Text;

/// <summary>The parts of each text [..., most parts], filled with "", and how many each has. Without a delimiter, runs of white space separate. Source: ONNX StringSplit, opset 20.</summary>
internal sealed class StringSplit(Node node) : Operator
{
    private readonly string _delimiter = node.Attributes.String("delimiter", "");
    private readonly long _most = ReadMost(node);

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? shape = context.InputShape(0);
        context.SetOutput(0, ElementType.String, shape is null ? null : [.. shape, Dimension.Unknown]);
        context.SetOutput(1, ElementType.Int64, shape);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        context.Claim(x.Count * nint.Size);
        var parts = new string[x.Count][];
        var work = default(WorkCounter);
        int most = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            string text = x.Strings[i];
            work.Add(StringConcat.TextWork + (4L * text.Length));
            parts[i] = Split(context, text);
            most = Math.Max(most, parts[i].Length);
        }

        if (context.HasOutput(0))
        {
            Tensor y = context.Output(0, ElementType.String, [.. x.Dims, most]);
            Span<string> target = y.Strings;
            target.Fill("");
            for (int i = 0; i < parts.Length; i++)
            {
                parts[i].CopyTo(target.Slice(i * most, most));
            }
        }

        if (context.HasOutput(1))
        {
            Span<long> counts = context.Output(1, ElementType.Int64, x.Dims).Span<long>();
            for (int i = 0; i < parts.Length; i++)
            {
                counts[i] = parts[i].Length;
            }
        }
    }

    private static long ReadMost(Node node)
    {
        long most = node.Attributes.Int("maxsplit", long.MaxValue);
        return most >= 0 ? most : throw new ModelLoadException($"{node.Describe()}: attribute 'maxsplit': expected 0 or more, got {most}.");
    }

    private string[] Split(KernelContext context, string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        int most = (int)Math.Min(_most, int.MaxValue - 1) + 1;
        if (_delimiter.Length > 0)
        {
            // Each part has a header and a place; together they have the characters.
            long count = Math.Min(most, text.AsSpan().Count(_delimiter) + 1L);
            context.Claim((count * (nint.Size + MemoryCount.OfString(0))) + (2L * text.Length));
            return text.Split(_delimiter, most);
        }

        // White space at the ends does not make empty parts; what is left after the last split keeps its own, but for the end.
        var parts = new List<string>();
        int at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                return [.. parts];
            }

            if (parts.Count == most - 1)
            {
                parts.Add(text[at..].TrimEnd());
                return [.. parts];
            }

            int start = at;
            context.Claim(nint.Size + MemoryCount.OfString(0));
            while (at < text.Length && !char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            context.Claim(2L * (at - start));
            parts.Add(text[start..at]);
        }
    }
}

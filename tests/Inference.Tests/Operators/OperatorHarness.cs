using Inference.Operators.Standard;

namespace Inference.Tests.Operators;

/// <summary>Builds a node, infers its outputs (without and with contents), runs it, and holds its prepared kernel, where it has one, to the same answer.</summary>
internal static class OperatorHarness
{
    public const long NewestOpset = 26;

    /// <summary>Runs an operator and returns its outputs; null for those left out.</summary>
    public static EngineValue?[] RunAll(
        string opType,
        EngineValue?[] inputs,
        (string Name, object Value)[]? attributes = null,
        int outputs = 1,
        long opset = NewestOpset,
        string domain = "",
        int threads = 1)
    {
        Node node = MakeNode(opType, inputs, attributes, outputs, opset, domain);
        Operator op = node.Operator!;
        op.Infer(new HarnessInferContext(node, inputs, known: false));
        var infer = new HarnessInferContext(node, inputs, known: true);
        op.Infer(infer);
        using var context = new HarnessKernelContext(node, inputs, infer.Results, threads);
        var results = new EngineValue?[outputs];
        int alias = op.AliasOf(0);
        if (alias >= 0)
        {
            var source = (Tensor)inputs[alias]!;
            var view = new Tensor();
            view.SetView(source, infer.Results[0]!.ElementType, Shapes.Sizes([.. infer.Results[0]!.Shape!])!);
            results[0] = view;
            return results;
        }

        op.Run(context);
        for (int i = 0; i < outputs; i++)
        {
            results[i] = context.Result(i);
            CheckStated(infer.Results[i], results[i]);
        }

        RunPrepared(node, op, inputs, infer.Results, results);
        return results;
    }

    /// <summary>Runs an operator with one tensor output.</summary>
    public static Tensor Run(string opType, EngineValue?[] inputs, params (string Name, object Value)[] attributes) =>
        (Tensor)RunAll(opType, inputs, attributes)[0]!;

    /// <summary>Runs an operator of an older opset with one tensor output.</summary>
    public static Tensor Run(long opset, string opType, EngineValue?[] inputs, params (string Name, object Value)[] attributes) =>
        (Tensor)RunAll(opType, inputs, attributes, 1, opset)[0]!;

    /// <summary>The elements of a tensor, which may be collected afterwards.</summary>
    public static E[] Elements<E>(Tensor tensor)
        where E : unmanaged
    {
        E[] elements = tensor.Span<E>().ToArray();
        GC.KeepAlive(tensor);
        return elements;
    }

    /// <summary>Asserts that an operator is refused, with a message that holds <paramref name="expected"/>.</summary>
    public static void Refused(string expected, string op, EngineValue?[] inputs, (string, object)[] attributes, int outputs = 1, long opset = NewestOpset, string domain = "") =>
        Assert.Contains(
            expected, Assert.ThrowsAny<InferenceException>(() => RunAll(op, inputs, attributes, outputs, opset, domain)).Message, StringComparison.Ordinal);

    /// <summary>The inferred outputs for given input types, contents not known.</summary>
    public static ModelValueType?[] Infer(string opType, ModelValueType?[] inputs, (string Name, object Value)[]? attributes = null, int outputs = 1, long opset = NewestOpset, string domain = "")
    {
        Node node = MakeNode(opType, [.. inputs.Select((t, i) => t is null ? null : new Value($"x{i}") { Type = t })], attributes, outputs, opset, domain);
        var context = new HarnessInferContext(node, new EngineValue?[inputs.Length], known: false);
        node.Operator!.Infer(context);
        return context.Results;
    }

    /// <summary>A tensor of these elements; one dimension where none are given.</summary>
    public static Tensor T<TElement>(TElement[] elements, params long[] dims) =>
        Tensor.Create<TElement>(elements, dims.Length == 0 ? [elements.Length] : dims);

    /// <summary>A tensor of one element and no dimensions.</summary>
    public static Tensor S<TElement>(TElement element) => Tensor.Scalar(element);

    /// <summary>Asserts shape and elements of floats within a relative and an absolute bound.</summary>
    public static void Near(float[] expected, long[] dims, Tensor actual, float tolerance = 1e-5f)
    {
        Assert.Equal(dims, actual.Dims.ToArray());
        ReadOnlySpan<float> got = actual.Span<float>();
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = expected[i].Equals(got[i]) || Math.Abs(expected[i] - got[i]) <= tolerance * (1 + Math.Abs(expected[i]));
            Assert.True(same, $"element {i}: expected {expected[i]:R}, got {got[i]:R}");
        }
    }

    /// <summary>Asserts shape and elements exactly.</summary>
    public static void Same<TElement>(TElement[] expected, long[] dims, Tensor actual)
    {
        Assert.Equal(dims, actual.Dims.ToArray());
        Assert.Equal(ElementTypes.Of<TElement>(), actual.Type);
        Assert.Equal(expected, actual.Span<TElement>().ToArray());
    }

    private static Node MakeNode(string opType, EngineValue?[] inputs, (string Name, object Value)[]? attributes, int outputs, long opset, string domain) =>
        MakeNode(opType, [.. inputs.Select((v, i) => v is null ? null : new Value($"x{i}") { Type = TypeOf(v) })], attributes, outputs, opset, domain);

    private static Node MakeNode(string opType, Value?[] inputs, (string Name, object Value)[]? attributes, int outputs, long opset, string domain)
    {
        var node = new Node("", domain, opType, opset);
        foreach ((string name, object value) in attributes ?? [])
        {
            node.Attributes.Set(name, value);
        }

        node.Inputs.AddRange(inputs);
        for (int i = 0; i < outputs; i++)
        {
            node.Outputs.Add(new Value($"y{i}"));
        }

        Assert.True(StandardOperators.Table.TryFind(domain, opType, opset, out OperatorEntry? entry), $"{domain} {opType} {opset} is not in the table");
        node.Operator = entry.Make(node, StandardOperators.Table);
        return node;
    }

    private static ModelValueType? TypeOf(EngineValue value) => value switch
    {
        Tensor tensor => ModelValueType.Tensor(tensor.Type, Shapes.Fixed(tensor.Dims)),
        SequenceData sequence => ModelValueType.Sequence(ModelValueType.Tensor(sequence.ElementType)),
        OptionalData optional => ModelValueType.Optional(optional.Value is null ? null : TypeOf(optional.Value)),
        _ => null,
    };

    private static void CheckStated(ModelValueType? stated, EngineValue? result)
    {
        if (stated is { Kind: ModelValueKind.Tensor } type && result is Tensor tensor)
        {
            Assert.Equal(type.ElementType, tensor.Type);
        }
    }

    private static void RunPrepared(Node node, Operator op, EngineValue?[] inputs, ModelValueType?[] stated, EngineValue?[] results)
    {
        foreach (int firstConstant in new[] { inputs.Length, 1 })
        {
            if (!Array.TrueForAll(results, r => r is Tensor))
            {
                return;
            }

            using var prepare = new HarnessPrepareContext(node, inputs, results, firstConstant);
            using Kernel? kernel = op.Prepare(prepare);
            if (kernel is null)
            {
                continue;
            }

            using var context = new HarnessKernelContext(node, inputs, stated, 1);
            kernel.Run(context);
            for (int i = 0; i < results.Length; i++)
            {
                RequireEqual((Tensor)results[i]!, (Tensor)context.Result(i)!);
            }
        }
    }

    private static void RequireEqual(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Dims.ToArray(), actual.Dims.ToArray());
        if (expected.Type == ElementType.Float32)
        {
            Near(expected.Span<float>().ToArray(), expected.Dims.ToArray(), actual);
        }
        else if (expected.Type == ElementType.String)
        {
            Assert.Equal(expected.Strings.ToArray(), actual.Strings.ToArray());
        }
        else
        {
            Assert.Equal(expected.Bytes.ToArray(), actual.Bytes.ToArray());
        }
    }
}

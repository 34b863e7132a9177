using System.Runtime.CompilerServices;
using Inference.Operators.Labels;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Features;

/// <summary>A map as a row [1, V]: the value at each word of the vocabulary, 0 or "" where the map has none. Source: ONNX-ML DictVectorizer, opset 1.</summary>
internal sealed class DictVectorizer : Operator
{
    private readonly Tensor _vocabulary;

    public DictVectorizer(Node node)
    {
        _vocabulary = node.Attributes.Strings("string_vocabulary") is { Length: > 0 } strings ? Tensor.Create<string>(strings, [strings.Length])
            : node.Attributes.Ints("int64_vocabulary") is { Length: > 0 } integers ? Tensor.Create<long>(integers, [integers.Length])
            : throw new ModelLoadException($"{node.Describe()}: expected one of the attributes string_vocabulary and int64_vocabulary, got none.");
    }

    protected override void InferOutputs(InferContext context)
    {
        ModelValueType? type = context.InputValueType(0);
        if (type is not null && type.Kind != ModelValueKind.Map)
        {
            throw context.Error($"input 0: expected a map, got {type}.");
        }

        ElementType value = context.InputValue(0) is MapData map ? map.Values.Type : type?.Element?.ElementType ?? ElementType.Undefined;
        context.SetOutput(0, value, [Dimension.Fixed(1), Dimension.Fixed(_vocabulary.Count)]);
    }

    public override void Run(KernelContext context)
    {
        var map = context.InputValue(0) as MapData ?? throw context.Error("input 0: expected a map, got another kind of value.");
        if (map.Keys.Type != _vocabulary.Type)
        {
            throw context.Error($"input 0: expected keys of {_vocabulary.Type.Name()}, the type of the vocabulary, got {map.Keys.Type.Name()}.");
        }

        if (map.Values.Count != map.Keys.Count)
        {
            throw context.Error($"input 0: expected a value for each key, got {map.Values} for {map.Keys}.");
        }

        var table = new LabelTable(map.Keys, map.Values, map.Values);
        Tensor y = context.Output(0, map.Values.Type, [1, _vocabulary.Count]);
        if (y.Type == ElementType.String)
        {
            y.Strings.Fill("");
        }
        else
        {
            y.Clear();
        }

        var action = new Look { Table = table, Vocabulary = _vocabulary, Y = y };
        if (!Dispatch.Bits(y.Type, ref action))
        {
            throw context.Error($"input 0: expected values of whole bytes, got {y.Type.Name()}.");
        }
    }

    private struct Look : IBitsAction
    {
        public LabelTable Table;
        public Tensor Vocabulary;
        public Tensor Y;

        public readonly void Invoke<T>()
        {
            for (int i = 0; i < Vocabulary.Count; i++)
            {
                int index = Table.Find(Vocabulary, i);
                if (index >= 0)
                {
                    Unsafe.Add(ref Elements.Ref<T>(Y), i) = Unsafe.Add(ref Elements.Ref<T>(Table.Values), index);
                }
            }
        }
    }
}

using System.Runtime.CompilerServices;
using Inference.Operators.Movement;
using Inference.Operators.Scoring;
using Inference.Operators.Typed;

namespace Inference.Operators.Labels;

/// <summary>Maps each element to the value that stands at its key, or to a default. Source: ONNX-ML LabelEncoder, opsets 1 to 4, and CategoryMapper, opset 1.</summary>
internal sealed class LabelEncoder : Operator
{
    private readonly LabelTable[] _tables;

    public LabelEncoder(Node node)
    {
        if (node.OpType == "CategoryMapper")
        {
            long[] numbers = node.Attributes.Ints("cats_int64s") ?? [];
            _tables = BothWays(node, node.Attributes.Strings("cats_strings") ?? [], numbers);
        }
        else if (node.Opset < 2)
        {
            string[] classes = node.Attributes.Strings("classes_strings") ?? [];
            var numbers = new long[classes.Length];
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] = i;
            }

            _tables = BothWays(node, classes, numbers);
        }
        else
        {
            Tensor keys = Side(node, "keys");
            Tensor values = Side(node, "values");
            if (keys.Count != values.Count)
            {
                throw new ModelLoadException($"{node.Describe()}: expected as many values as keys, got {values.Count} and {keys.Count}.");
            }

            _tables = [new(keys, values, Default(node, values.Type))];
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        if (type == ElementType.Undefined)
        {
            return;
        }

        LabelTable table = Find(type) ?? throw context.Error($"input 0: expected {string.Join(" or ", Array.ConvertAll(_tables, t => t.KeyType.Name()))}, got {type.Name()}.");
        context.SetOutput(0, table.ValueType, context.InputShape(0));
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        LabelTable table = Find(x.Type) ?? throw context.Error($"input 0: got {x.Type.Name()}, for which there is no table.");
        var action = new Look { Context = context, Table = table, X = x, Y = context.Output(0) };
        Dispatch.Bits(table.ValueType, ref action);
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Same(context);

    private LabelTable? Find(ElementType type) => Array.Find(_tables, t => t.KeyType == type);

    private static LabelTable[] BothWays(Node node, string[] strings, long[] numbers)
    {
        if (strings.Length != numbers.Length)
        {
            throw new ModelLoadException($"{node.Describe()}: expected as many strings as numbers, got {strings.Length} and {numbers.Length}.");
        }

        Tensor names = Tensor.Create<string>(strings, [strings.Length]);
        Tensor ids = Tensor.Create<long>(numbers, [numbers.Length]);
        return
        [
            new(names, ids, Tensor.Scalar(node.Attributes.Int("default_int64", -1))),
            new(ids, names, Tensor.Scalar(node.Attributes.String("default_string", "_Unused"))),
        ];
    }

    private static Tensor Side(Node node, string name)
    {
        AttributeMap attributes = node.Attributes;
        if (attributes.Tensor($"{name}_tensor") is { } tensor)
        {
            return tensor;
        }

        if (attributes.Contains($"{name}_strings"))
        {
            string[] strings = attributes.Strings($"{name}_strings")!;
            return Tensor.Create<string>(strings, [strings.Length]);
        }

        if (attributes.Contains($"{name}_int64s"))
        {
            long[] integers = attributes.Ints($"{name}_int64s")!;
            return Tensor.Create<long>(integers, [integers.Length]);
        }

        if (attributes.Contains($"{name}_floats"))
        {
            float[] floats = attributes.Floats($"{name}_floats")!;
            return Tensor.Create<float>(floats, [floats.Length]);
        }

        throw new ModelLoadException($"{node.Describe()}: expected one of the attributes {name}_strings, {name}_int64s, {name}_floats and {name}_tensor, got none.");
    }

    private static Tensor Default(Node node, ElementType type)
    {
        Tensor? given = node.Attributes.Tensor("default_tensor");
        if (given is not null && (given.Count != 1 || given.Type != type))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'default_tensor': expected one {type.Name()}, the type of the values, got {given}.");
        }

        if (given is not null && type is (ElementType.String or ElementType.Int64 or ElementType.Int32 or ElementType.Int16 or ElementType.Float64 or ElementType.Float32))
        {
            return given;
        }

        return type switch
        {
            ElementType.String => Tensor.Scalar(node.Attributes.String("default_string", "_Unused")),
            ElementType.Int64 => Tensor.Scalar(node.Attributes.Int("default_int64", -1)),
            ElementType.Int32 => Tensor.Scalar(-1),
            ElementType.Int16 => Tensor.Scalar((short)-1),
            ElementType.Float64 => Tensor.Scalar(-0.0),
            ElementType.Float32 => Tensor.Scalar(node.Attributes.Float("default_float", -0f)),
            _ => throw new ModelLoadException($"{node.Describe()}: expected values of string, int64, int32, int16, float or double, got {type.Name()}."),
        };
    }

    private struct Look : IBitsAction
    {
        public KernelContext Context;
        public LabelTable Table;
        public Tensor X;
        public Tensor Y;

        public readonly void Invoke<T>()
        {
            ref T values = ref Elements.Ref<T>(Table.Values);
            ref T y = ref Elements.Ref<T>(Y);
            T missing = Elements.First<T>(Table.Default);
            for (int i = 0; i < X.Count; i++)
            {
                if ((i & 0xFFF) == 0)
                {
                    Context.ThrowIfCancelled();
                }

                int index = Table.Find(X, i);
                Unsafe.Add(ref y, i) = index < 0 ? missing : Unsafe.Add(ref values, index);
            }
        }
    }
}

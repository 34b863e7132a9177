using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Casting;

/// <summary>
/// y = x in another element type. Cast names it by the attribute <c>to</c> (a name in opsets 1 to 5), CastLike takes it from its second input. To 8-bit floats
/// <c>saturate</c> and, for powers of two, <c>round_mode</c> apply. Source: ONNX Cast, opsets 1 to 25; CastLike, opset 15 on.
/// </summary>
internal sealed unsafe class Cast : Operator
{
    private readonly ElementType _to;
    private readonly bool _saturate;
    private readonly Float8E8M0Rounding _rounding;

    public Cast(Node node, bool like = false)
    {
        _saturate = node.Attributes.Int("saturate", 1) != 0;
        _rounding = node.Attributes.String("round_mode", "up") switch
        {
            "up" => Float8E8M0Rounding.Up,
            "down" => Float8E8M0Rounding.Down,
            "nearest" => Float8E8M0Rounding.Nearest,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'round_mode': expected up, down or nearest, got '{other}'."),
        };
        _to = like ? ElementType.Undefined
            : node.Attributes.Items.TryGetValue("to", out object? to) && to is string name ? ParseName(node, name)
            : TypeAttribute.Read(node, "to", TypeSet.All);
    }

    protected override void InferOutputs(InferContext context)
    {
        ElementType to = _to == ElementType.Undefined ? context.InputType(1) : _to;
        ElementType from = context.InputType(0);
        if (from != to && from != ElementType.Undefined && to != ElementType.Undefined && (TypeSet.Complex.Contains(from) || TypeSet.Complex.Contains(to)))
        {
            throw context.Error($"expected a conversion between real numeric types, bool or strings, got {from.Name()} to {to.Name()}.");
        }

        context.SetOutput(0, to, context.InputShape(0));
        if (to is ElementType.Int32 or ElementType.Int64 && from is ElementType.Int32 or ElementType.Int64 && context.InputShapeData(0) is { } data
            && (to == ElementType.Int64 || !Array.Exists(data, d => d.Size > int.MaxValue)))
        {
            context.SetOutputShapeData(0, data);
        }
    }

    public override void PropagateBatch(BatchContext context) => context.SetOutputAxis(0, context.InputAxis(0));

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        if (y.Type == ElementType.String)
        {
            if (x.Type == ElementType.String)
            {
                x.CopyTo(y);
            }
            else
            {
                TextConverter.ToText(context, x, y.Strings);
            }
        }
        else if (x.Type == ElementType.String)
        {
            FromText(context, x.Strings, y);
        }
        else if (x.Type == y.Type)
        {
            x.CopyTo(y);
        }
        else
        {
            var body = new Conversion(x.Type, x.Data, y.Type, y.Data, _saturate, _rounding);
            ElementRanges.Run(ref body, x.Count, cost: 1, context.Threads);
        }
    }

    private void FromText(KernelContext context, ReadOnlySpan<string> text, Tensor y)
    {
        bool integer = !TypeSet.Floating.Contains(y.Type) && !TypeSet.Float8.Contains(y.Type) && y.Type != ElementType.Float4E2M1;
        byte* cell = stackalloc byte[16];
        if (y.Type.IsPacked())
        {
            // Bits behind the last element are 0.
            y.Clear();
        }

        var work = default(WorkCounter);
        for (int i = 0; i < text.Length; i++)
        {
            work.Add(TextConverter.TextWork);
            if (!TextConverter.TryParse(text[i], y.Type, out double number, out long whole))
            {
                throw context.Error($"element {i}: expected a number, got '{text[i]}'.");
            }

            if (integer)
            {
                ElementConverter.Convert(ElementType.Int64, (byte*)&whole, y.Type, cell, 1, _saturate, _rounding);
            }
            else
            {
                ElementConverter.Convert(ElementType.Float64, (byte*)&number, y.Type, cell, 1, _saturate, _rounding);
            }

            Store(y, i, cell);
        }
    }

    private static void Store(Tensor y, int index, byte* cell)
    {
        switch (y.Type.BitWidth())
        {
            case 4: PackedElements.SetUInt4(y.Bytes, index, *cell); break;
            case 2: PackedElements.SetUInt2(y.Bytes, index, *cell); break;
            case int bits: Buffer.MemoryCopy(cell, y.Data + (long)index * (bits / 8), bits / 8, bits / 8); break;
        }
    }

    private static ElementType ParseName(Node node, string name)
    {
        foreach (ElementType type in Enum.GetValues<ElementType>())
        {
            string onnx = type == ElementType.Float32 ? "FLOAT" : type == ElementType.Float64 ? "DOUBLE" : type.Name();
            if (type != ElementType.Undefined && string.Equals(onnx, name, StringComparison.OrdinalIgnoreCase))
            {
                return type;
            }
        }

        throw new ModelLoadException($"{node.Describe()}: attribute 'to': expected the name of an element type, got '{name}'.");
    }

    private readonly struct Conversion(ElementType from, byte* source, ElementType to, byte* target, bool saturate, Float8E8M0Rounding rounding) : IRangeBody
    {
        public void Run(long first, long count) =>
            ElementConverter.Convert(from, source + from.ByteCount(first), to, target + to.ByteCount(first), count, saturate, rounding);
    }
}

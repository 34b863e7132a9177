using Inference.Onnx;

namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Operators about shapes, and those that make tensors of a shape.</summary>
internal static class ShapeCases
{
    private static readonly ElementType[] s_any = [ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32, ElementType.UInt8, ElementType.Int8, ElementType.Bool, ElementType.String, ElementType.Float16];

    public static IEnumerable<OperatorCases> All =>
    [
        new("Shape", static random =>
        {
            OperatorBuilder builder = Start("Shape", random, out long[] shape, 19);
            _ = random.Chance(0.5) ? builder.Attr("start", random.Int(-5, 5)) : builder;
            return (random.Chance(0.5) ? builder.Attr("end", random.Int(-5, 5)) : builder).Out(ElementType.Int64);
        }),
        new("Size", static random => Start("Size", random, out _, 19).Out(ElementType.Int64)),
        .. new[] { "MemcpyFromHost", "MemcpyToHost" }.Select(static op => new OperatorCases(op, random =>
        {
            ElementType type = random.Pick(s_any);
            return new OperatorBuilder(random, op).In(random.Tensor(type, random.Shape(0, 4)), false).Out(type);
        })),
        new("Flatten", static random =>
        {
            ElementType type = random.Pick(s_any);
            long[] shape = random.Shape(1, 4);
            return new OperatorBuilder(random, "Flatten").In(random.Tensor(type, shape), false).Attr("axis", random.Int(-shape.Length, shape.Length)).Out(type);
        }),
        new("Reshape", Reshape),
        new("Squeeze", static random =>
        {
            ElementType type = random.Pick(s_any);
            long[] shape = [.. random.Shape(1, 4).Select(d => random.Chance(0.5) ? 1 : d)];
            long[] ones = [.. Enumerable.Range(0, shape.Length).Where(i => shape[i] == 1).Select(static i => (long)i)];
            OperatorBuilder builder = new OperatorBuilder(random, "Squeeze").In(random.Tensor(type, shape), false);
            return (ones.Length > 0 && random.Chance(0.7) ? builder.In(CaseRandom.Ints(ones[..random.Int(1, ones.Length)])) : builder).Out(type);
        }),
        new("Unsqueeze", static random =>
        {
            ElementType type = random.Pick(s_any);
            long[] shape = random.Shape(0, 3);
            int added = random.Int(1, 2);
            long[] axes = random.Permutation(shape.Length + added)[..added];
            return new OperatorBuilder(random, "Unsqueeze").In(random.Tensor(type, shape), false).In(CaseRandom.Ints(axes)).Out(type);
        }),
        new("Expand", static random =>
        {
            ElementType type = random.Pick(s_any);
            long[] shape = random.Shape(1, 4);
            return new OperatorBuilder(random, "Expand").In(random.Tensor(type, random.BroadcastInto(shape)), false).In(CaseRandom.Ints(shape)).Out(type);
        }),
        new("Tile", static random =>
        {
            ElementType type = random.Pick(s_any);
            long[] shape = random.Shape(1, 4);
            long[] repeats = [.. shape.Select(_ => (long)random.Int(0, 3))];
            return new OperatorBuilder(random, "Tile").In(random.Tensor(type, shape), false).In(CaseRandom.Ints(repeats)).Out(type);
        }),
        new("ConstantOfShape", static random =>
        {
            OperatorBuilder builder = new OperatorBuilder(random, "ConstantOfShape", 20).In(CaseRandom.Ints(random.Shape(1, 3)), false);
            return random.Pick(0, 1, 2) switch
            {
                0 => builder.Out(ElementType.Float32),
                1 => builder.With(OnnxAttribute.FromTensor("value", OnnxTensor.Create<long>("v", [7], 1))).Out(ElementType.Int64),
                _ => builder.With(OnnxAttribute.FromTensor("value", OnnxTensor.Create<float>("v", [-0.5f], 1))).Out(ElementType.Float32),
            };
        }),
        new("EyeLike", static random =>
        {
            ElementType to = random.Pick(ElementType.Float32, ElementType.Float64, ElementType.Int64, ElementType.Int32);
            return new OperatorBuilder(random, "EyeLike").In(random.Tensor(ElementType.Float32, random.FullShape(2, 2)), false).Attr("dtype", (long)to).Attr("k", random.Int(-3, 3)).Out(to);
        }),
        new("Range", static random => random.Chance(0.5)
            ? new OperatorBuilder(random, "Range").In(CaseRandom.Scalar((long)random.Int(-9, 9)), false).In(CaseRandom.Scalar((long)random.Int(-9, 30))).In(CaseRandom.Scalar((long)random.Pick(1, 2, 3, -1, -2))).Out(ElementType.Int64)
            : new OperatorBuilder(random, "Range").In(CaseRandom.Scalar(random.Single(-9, 9)), false).In(CaseRandom.Scalar(random.Single(-9, 30))).In(CaseRandom.Scalar(random.Pick(1f, 0.5f, 0.3f, -0.7f))).Out(ElementType.Float32).Tolerance(1e-5, 1e-5)),
        new("OneHot", static random =>
        {
            int depth = random.Int(1, 7);
            long[] shape = random.Shape(1, 3);
            return new OperatorBuilder(random, "OneHot").In(random.Ints(shape, -depth - 1, depth), false).In(CaseRandom.Scalar((long)depth)).In(TensorValue.Copy([-0.5f, 2f], [2]))
                .Attr("axis", random.Int(-shape.Length - 1, shape.Length)).Out(ElementType.Float32);
        }),
    ];

    private static OperatorBuilder Start(string op, CaseRandom random, out long[] shape, long opset)
    {
        shape = random.Shape(0, 4);
        return new OperatorBuilder(random, op, opset).In(random.Tensor(random.Pick(s_any), shape), false);
    }

    private static OperatorBuilder Reshape(CaseRandom random)
    {
        ElementType type = random.Pick(s_any);
        long[] shape = random.FullShape(1, 4);
        var target = new List<long>();
        long rest = TensorShape.Count(shape);
        while (rest > 1 && target.Count < 4)
        {
            long[] divisors = [.. Enumerable.Range(1, (int)Math.Min(rest, 64)).Where(d => rest % d == 0).Select(static d => (long)d)];
            long chosen = random.Pick<long>(divisors);
            target.Add(chosen);
            rest /= chosen;
        }

        target.Add(rest);
        if (random.Chance(0.5))
        {
            target[random.Int(0, target.Count - 1)] = -1;
        }
        else if (target[0] == shape[0] && random.Chance(0.5))
        {
            target[0] = 0;
        }

        return new OperatorBuilder(random, "Reshape", 19).In(random.Tensor(type, shape), false).In(CaseRandom.Ints([.. target])).Out(type);
    }
}

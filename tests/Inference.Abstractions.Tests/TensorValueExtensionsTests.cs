namespace Inference.Abstractions.Tests;

/// <summary>Rows, largest elements and probabilities of what a model returned.</summary>
public sealed class TensorValueExtensionsTests
{
    [Fact]
    public void Row_IsASpanOrACopyWithoutTheAxis()
    {
        using TensorValue value = TensorValue.Copy<float>([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
        Assert.Equal([5f, 6, 7, 8], value.Row<float>(1).ToArray());
        using TensorValue row = value.Row(0);
        Assert.Equal("float32[2,2]", row.ToString());
        Assert.Equal([1f, 2, 3, 4], row.AsSpan<float>().ToArray());
        using TensorValue texts = TensorValue.FromRows<string>([["a", "b"], ["c", "d"]]);
        using TensorValue last = texts.Row(1);
        Assert.Equal(["c", "d"], last.AsSpan<string>().ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => value.Row<float>(2).Length);
        Assert.Throws<InferenceException>(() => value.Row(2));
        Assert.Throws<InferenceException>(() => TensorValue.Scalar(1f).Row(0));
    }

    [Fact]
    public void ArgMax_OfEachRow_IsTheFirstLargest()
    {
        using TensorValue value = TensorValue.Copy<float>([1, 3, 3, -1, -2, float.NegativeInfinity], [2, 3]);
        Assert.Equal([1, 0], value.ArgMax());
        Assert.Equal([2], TensorValue.From([1L, long.MaxValue - 1, long.MaxValue]).ArgMax());
    }

    [Fact]
    public void ArgMax_WithNaN_IsTheFirstNaN() => Assert.Equal([1], TensorValue.From([float.PositiveInfinity, float.NaN, float.NaN]).ArgMax());

    [Fact]
    public void TopK_OfEachRow_IsInOrder()
    {
        using TensorValue value = TensorValue.Copy<double>([1, 4, 2, 4, 0, -1, -1, 9], [2, 4]);
        ScoredIndex[][] top = value.TopK(3);
        Assert.Equal([new(1, 4), new(3, 4), new(2, 2)], top[0]);
        Assert.Equal([new(3, 9), new(0, 0), new(1, -1)], top[1]);
        Assert.Equal(4, value.TopK(10)[0].Length);
        Assert.Equal([2, 0], TensorValue.From([1f, 0f, float.NaN]).TopK(2)[0].Select(t => t.Index));
    }

    [Fact]
    public void TopK_AgainstASort_Agrees()
    {
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            int[] values = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(-5, 5))];
            int k = random.Next(1, 12);
            int[] expected = [.. values.Select((v, i) => (v, i)).OrderByDescending(p => p.v).ThenBy(p => p.i).Take(k).Select(p => p.i)];
            Assert.Equal(expected, TensorValue.From(values).TopK(k)[0].Select(t => t.Index));
        }
    }

    [Theory]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Float64)]
    [InlineData(ElementType.Float32)]
    public void Softmax_OfLargeNumbers_DoesNotOverflow(ElementType type)
    {
        using TensorValue value = type switch
        {
            ElementType.Float16 => TensorValue.Copy<Half>([(Half)60000f, (Half)60000f, (Half)(-1f), (Half)(-1f)], [2, 2]),
            ElementType.BFloat16 => TensorValue.Copy<BFloat16>([(BFloat16)1e38f, (BFloat16)1e38f, (BFloat16)(-1f), (BFloat16)(-1f)], [2, 2]),
            ElementType.Float64 => TensorValue.Copy<double>([1e300, 1e300, -1, -1], [2, 2]),
            _ => TensorValue.Copy<float>([1e30f, 1e30f, -1, -1], [2, 2]),
        };
        using TensorValue result = value.Softmax();
        Assert.Equal(value.ToString(), result.ToString());
        Assert.All(result.TopK(2).SelectMany(r => r), r => Assert.Equal(0.5, r.Score, 3));
    }

    [Fact]
    public void Softmax_IsTheFormula()
    {
        using TensorValue result = TensorValue.Copy<double>([0, Math.Log(3), double.NegativeInfinity, 5], [2, 2]).Softmax();
        Assert.Equal([0.25, 0.75, 0, 1], result.AsSpan<double>().ToArray().Select(v => Math.Round(v, 12)));
    }

    [Theory]
    [InlineData(float.NaN, 1f)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity)]
    public void Softmax_OfARowWithoutProbabilities_IsNaNInThatRowAlone(float a, float b)
    {
        using TensorValue result = TensorValue.Copy<float>([a, b, 1, 1], [2, 2]).Softmax();
        Assert.Equal([float.NaN, float.NaN, 0.5f, 0.5f], result.AsSpan<float>().ToArray());
    }

    [Fact]
    public void OtherTypesAndScalars_AreRefused()
    {
        Assert.Equal("Softmax of int32[1] were requested; expected elements of float32, float64, float16 or bfloat16. Convert the tensor first.", Assert.Throws<InferenceException>(() => TensorValue.From([1]).Softmax()).Message);
        Assert.Throws<InferenceException>(() => TensorValue.From("a").TopK(1));
        Assert.Throws<InferenceException>(() => TensorValue.Scalar(1f).ArgMax());
        Assert.Throws<InferenceException>(() => TensorValue.Copy<float>([], [2, 0]).ArgMax());
        using TensorValue empty = TensorValue.Copy<float>([], [2, 0]).Softmax();
        Assert.Equal("float32[2,0]", empty.ToString());
    }
}

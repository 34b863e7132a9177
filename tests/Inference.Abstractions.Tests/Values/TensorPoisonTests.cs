namespace Inference.Abstractions.Tests.Values;

/// <summary>Freed tensors are filled in Debug builds of programs, as in this project: what reads or writes them through a span that was kept shows. Alone, because the pool is shared.</summary>
[CollectionDefinition(nameof(TensorPoisonTests), DisableParallelization = true)]
[Collection(nameof(TensorPoisonTests))]
public sealed class TensorPoisonTests
{
    [Fact]
    public void Switch_OfTheProgram_IsFollowed() => Assert.True(TensorPoison.IsOn);

    [Fact]
    public void Span_KeptPastDispose_ReadsNaN()
    {
        Assert.All(Kept<float>(1), x => Assert.True(float.IsNaN(x)));
        Assert.All(Kept(1.0), x => Assert.True(double.IsNaN(x)));
        Assert.All(Kept((Half)1), x => Assert.True(Half.IsNaN(x)));
        Assert.All(Kept((BFloat16)1f), x => Assert.True(float.IsNaN((float)x)));
        Assert.All(Kept((Float8E4M3FN)1f), x => Assert.True(float.IsNaN((float)x)));
        Assert.All(Kept((Float8E4M3FNUZ)1f), x => Assert.True(float.IsNaN((float)x)));
        Assert.All(Kept((Float8E5M2)1f), x => Assert.True(float.IsNaN((float)x)));
        Assert.All(Kept((Float8E5M2FNUZ)1f), x => Assert.True(float.IsNaN((float)x)));
    }

    [Fact]
    public void Span_KeptPastDispose_ReadsBytesCD()
    {
        Assert.All(Kept<byte>(1), x => Assert.Equal(0xCD, x));
        Assert.All(Kept(1), x => Assert.Equal(0xCDCDCDCD, (uint)x));
        Assert.All(Kept(1L), x => Assert.Equal(0xCDCDCDCDCDCDCDCD, (ulong)x));
    }

    // Large blocks go to the garbage collector and not to the pool.
    [Fact]
    public void Span_OfALargeTensorKeptPastDispose_ReadsNaN()
    {
        const int Elements = 3 << 20;
        TensorValue tensor = TensorValue.Allocate(ElementType.Float32, [Elements]);
        ReadOnlySpan<float> kept = tensor.AsSpan<float>();
        tensor.Dispose();
        Assert.True(float.IsNaN(kept[0]) && float.IsNaN(kept[Elements - 1]));
    }

    [Fact]
    public void Memory_WrittenToAfterDispose_IsAnErrorWhenItIsUsedAgain()
    {
        // A size that nothing else here asks for.
        const int Elements = 100_000;
        TensorValue tensor = TensorValue.Allocate(ElementType.Float32, [Elements]);
        Span<float> kept = tensor.AsWritableSpan<float>();
        tensor.Dispose();
        kept[7] = 1;
        InferenceException found = Assert.Throws<InferenceException>(() => Drain(Elements));
        Assert.Contains("written to after the tensor had been disposed", found.Message, StringComparison.Ordinal);
        Drain(Elements);
    }

    [Fact]
    public void Memory_InUseOrRetained_IsLeftAlone()
    {
        TensorValue tensor = TensorValue.Copy<float>([1, 2, 3, 4], [4, 1]);
        TensorValue rows = tensor.Rows(1, 2);
        TensorValue retained = tensor.Retain();
        tensor.Dispose();
        retained.Dispose();
        Assert.Equal([2, 3], rows.AsSpan<float>().ToArray());
        rows.Dispose();
        Assert.Throws<ObjectDisposedException>(() => rows.AsSpan<float>().Length);
    }

    [Fact]
    public void Set_Disposed_SaysSo()
    {
        var values = new NamedValues { ["x"] = TensorValue.Copy<float>([1], [1]) };
        values.Dispose();
        Assert.Contains("was disposed", Assert.Throws<InferenceException>(() => values["x"]).Message, StringComparison.Ordinal);
    }

    private static T[] Kept<T>(T value)
        where T : unmanaged
    {
        TensorValue tensor = TensorValue.Copy<T>([value, value, value], [3]);
        ReadOnlySpan<T> kept = tensor.AsSpan<T>();
        tensor.Dispose();
        return kept.ToArray();
    }

    // Takes every block of the size's class out of the pool, and gives them back.
    private static void Drain(int elements)
    {
        TensorValue[] all = [.. Enumerable.Range(0, 16).Select(_ => TensorValue.Allocate(ElementType.Float32, [elements]))];
        Array.ForEach(all, t => t.Dispose());
    }
}

namespace Inference.Abstractions.Tests.Typed;

public sealed class TypedTensorTests
{
    [Fact]
    public void Row_OfAMatrix_IsItsElements()
    {
        using TensorValue value = TensorValue.Copy([1f, 2f, 3f, 4f, 5f, 6f], [3, 2]);
        var tensor = new TypedTensor<float>(value);
        Assert.Equal([3f, 4f], tensor.Row(1).ToArray());
        Assert.Equal([3L, 2L], tensor.Shape.ToArray());
        Assert.Equal(6, tensor.Span.Length);
        ReadOnlySpan<float> all = tensor;
        Assert.Equal(all.ToArray(), tensor.ToArray());
        Assert.Same(value, tensor.Value);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Row_ThatIsNotThere_Throws(int row)
    {
        using TensorValue value = TensorValue.Copy([1f, 2f, 3f], [3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TypedTensor<float>(value).Row(row).Length);
    }

    [Fact]
    public void Row_OfAScalarOrOfNoRows_Throws()
    {
        using TensorValue scalar = TensorValue.Copy([1f], []);
        Assert.Throws<InferenceException>(() => new TypedTensor<float>(scalar).Row(0).Length);
        using TensorValue none = TensorValue.Copy(Array.Empty<float>(), [0, 4]);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TypedTensor<float>(none).Row(0).Length);
    }

    [Fact]
    public void New_OfAnotherType_NamesBoth()
    {
        using TensorValue value = TensorValue.Copy([1L], [1]);
        Assert.Equal("The tensor int64[1] was accessed as Single; its elements are int64. Use the matching type.", Assert.Throws<InferenceException>(() => new TypedTensor<float>(value)).Message);
    }

    [Fact]
    public void Default_ShowsNoTensor()
    {
        Assert.Throws<InferenceException>(() => default(TypedTensor<float>).Value);
        Assert.Equal("", default(TypedTensor<float>).ToString());
    }
}

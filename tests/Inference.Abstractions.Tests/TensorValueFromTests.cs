namespace Inference.Abstractions.Tests;

/// <summary>Tensors from texts, lists and rows.</summary>
public sealed class TensorValueFromTests
{
    [Fact]
    public void Scalar_HasNoDimensions()
    {
        using TensorValue value = TensorValue.Scalar(2.5f);
        Assert.Equal(0, value.Rank);
        Assert.Equal([2.5f], value.AsSpan<float>().ToArray());
    }

    [Fact]
    public void From_Text_IsOneElement()
    {
        using TensorValue value = TensorValue.From("hello");
        Assert.Equal([1L], value.Shape.ToArray());
        Assert.Equal(ElementType.String, value.ElementType);
        Assert.Equal("hello", value.AsSpan<string>()[0]);
    }

    [Fact]
    public void From_ArraysListsAndCollections_AreVectors()
    {
        using TensorValue array = TensorValue.From(new[] { "a", "b" });
        using TensorValue list = TensorValue.From(new List<long> { 1, 2, 3 });
        using TensorValue collection = TensorValue.From([1f, 2f]);
        using TensorValue span = TensorValue.From(new ReadOnlySpan<int>([4]));
        Assert.Equal("string[2] int64[3] float32[2] int32[1]", $"{array} {list} {collection} {span}");
        Assert.Equal([1L, 2, 3], list.AsSpan<long>().ToArray());
    }

    [Fact]
    public void From_TheCallersArray_IsCopied()
    {
        float[] data = [1f];
        using TensorValue value = TensorValue.From(data);
        data[0] = 2;
        Assert.Equal(1f, value.AsSpan<float>()[0]);
    }

    [Fact]
    public void FromRows_OfOneLength_IsAMatrix()
    {
        float[][] jagged = [[1, 2, 3], [4, 5, 6]];
        using TensorValue arrays = TensorValue.FromRows(jagged);
        using TensorValue lists = TensorValue.FromRows(new List<List<string>> { new() { "a" }, new() { "b" } });
        using TensorValue none = TensorValue.FromRows(Array.Empty<float[]>());
        Assert.Equal("float32[2,3] string[2,1] float32[0,0]", $"{arrays} {lists} {none}");
        Assert.Equal([1f, 2, 3, 4, 5, 6], arrays.AsSpan<float>().ToArray());
    }

    [Fact]
    public void FromRows_OfDifferentLengths_NamesTheRow()
    {
        InvalidInputException error = Assert.Throws<InvalidInputException>(() => TensorValue.FromRows<int>([[1, 2], [3, 4], [5]]));
        Assert.Equal("Row 2 of 3: expected 2 elements as in row 0, got 1. Pad the rows to one length, or run them separately.", error.Message);
    }

    [Fact]
    public void From_ANullText_NamesTheElement() =>
        Assert.Equal("Element 1 of 2: expected a text, got null. Pass an empty text instead.", Assert.Throws<InferenceException>(() => TensorValue.From(["a", null!])).Message);

    [Fact]
    public void From_AnotherType_IsNotSupported() => Assert.Throws<NotSupportedException>(() => TensorValue.Scalar(DateTime.MinValue));
}

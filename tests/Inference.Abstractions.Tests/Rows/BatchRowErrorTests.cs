using Inference.Rows;

namespace Inference.Abstractions.Tests.Rows;

/// <summary>Batches that do not fit: what is said, and that nothing of the half-made result is left behind.</summary>
public sealed unsafe class BatchRowErrorTests
{
    // Blocks of this size are kept in two slots, and no other test asks for them.
    private const int Large = 3_000_000;

    [Fact]
    public void HaveSameRowTypes_OtherNamesTypesShapesOrCounts_IsFalse()
    {
        using var one = new NamedValues { ["a"] = Floats(2, 3), ["b"] = Floats(2, 1) };
        using var same = new NamedValues { ["b"] = Floats(4, 1), ["a"] = Floats(4, 3) };
        using var fewer = new NamedValues { ["a"] = Floats(2, 3) };
        using var renamed = new NamedValues { ["a"] = Floats(2, 3), ["c"] = Floats(2, 1) };
        using var wider = new NamedValues { ["a"] = Floats(2, 3), ["b"] = Floats(2, 2) };
        using var list = new NamedValues { ["a"] = Floats(2, 3) };
        list.Add("b", new OptionalValue(null));
        Assert.True(BatchRows.HaveSameRowTypes(one, same));
        Assert.False(BatchRows.HaveSameRowTypes(one, fewer));
        Assert.False(BatchRows.HaveSameRowTypes(fewer, one));
        Assert.False(BatchRows.HaveSameRowTypes(one, renamed));
        Assert.False(BatchRows.HaveSameRowTypes(one, wider));
        Assert.False(BatchRows.HaveSameRowTypes(one, list));
        Assert.False(BatchRows.HaveSameRowTypes(list, one));
    }

    [Fact]
    public void AreEqual_OtherNamesOrCounts_IsFalse()
    {
        using var one = new NamedValues { ["a"] = Floats(2, 3), ["b"] = Floats(2, 1) };
        using var fewer = new NamedValues { ["a"] = Floats(2, 3) };
        using var renamed = new NamedValues { ["a"] = Floats(2, 3), ["c"] = Floats(2, 1) };
        using var list = new NamedValues { ["a"] = Floats(2, 3) };
        list.Add("b", new OptionalValue(null));
        Assert.True(BatchRows.AreEqual(one, 0, one, 1));
        Assert.False(BatchRows.AreEqual(fewer, 0, one, 0));
        Assert.False(BatchRows.AreEqual(one, 0, fewer, 0));
        Assert.False(BatchRows.AreEqual(one, 0, renamed, 0));
        Assert.False(BatchRows.AreEqual(one, 0, list, 0));
        Assert.Equal(
            "The value 'b' is a Optional; expected a tensor with rows along axis 0. Run the model without batching.",
            Assert.Throws<InvalidInputException>(() => BatchRows.AreEqual(list, 0, one, 0)).Message);
    }

    [Fact]
    public void TryCount_NoRowsInOneValueAndSomeInAnother_IsFalse()
    {
        using var mixed = new NamedValues { ["a"] = Floats(0, 3), ["b"] = Floats(1, 3) };
        Assert.False(BatchRows.TryCount(mixed, out int rows));
        Assert.Equal(0, rows);
        using var empty = new NamedValues { ["a"] = Floats(0, 3), ["b"] = Floats(0, 1) };
        Assert.True(BatchRows.TryCount(empty, out rows));
        Assert.Equal(0, rows);
    }

    [Fact]
    public void Count_NoBatch_SaysWhy()
    {
        using var values = new NamedValues { ["a"] = Floats(2, 1), ["b"] = Floats(3, 1) };
        Assert.Equal(
            "The values do not form a batch: expected tensors with the same size of axis 0, got 'a': float32[2,1], 'b': float32[3,1]. Give every value one row for each item.",
            Assert.Throws<InvalidInputException>(() => BatchRows.Count(values)).Message);
        Assert.Equal(
            "There are no values; expected at least one tensor with rows along axis 0.",
            Assert.Throws<InvalidInputException>(() => BatchRows.Count([])).Message);
    }

    [Fact]
    public void Hash_OfEachRow_IsThatOfTheNameThenOfTheRow()
    {
        using var batch = new NamedValues { ["a"] = TensorValue.Copy<float>([1, 2, 3], [3]), ["b"] = TensorValue.Copy<float>([4, 5, 6], [3]) };
        UInt128[] seeds = [1, UInt128.MaxValue, (UInt128)5 << 70];
        var hashes = (UInt128[])seeds.Clone();
        BatchRows.Hash(batch, ["b", "missing", "a"], hashes);
        for (int row = 0; row < 3; row++)
        {
            UInt128 expected = RowHash.Of(batch["b"], row, seeds[row] ^ NameHash("b")) ^ NameHash("missing");
            Assert.Equal(RowHash.Of(batch["a"], row, expected ^ NameHash("a")), hashes[row]);
        }

        using var list = new NamedValues();
        list.Add("b", new OptionalValue(null));
        Assert.Contains("The value 'b' is a Optional", Assert.Throws<InvalidInputException>(() => BatchRows.Hash(list, ["b"], hashes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slice_OneValueTooShort_LetsGoOfTheOthers()
    {
        using var values = new NamedValues { ["a"] = Floats(3, 2), ["b"] = Floats(2, 2) };
        Assert.Throws<InferenceException>(() => BatchRows.Slice(values, 1, 2));
        values["a"].AsWritableSpan<float>()[0] = 1;
    }

    [Fact]
    public void Concatenate_OneValueThatDoesNotFit_GivesTheMemoryOfTheOthersBack()
    {
        using var left = new NamedValues { ["a"] = Floats(1, Large / sizeof(float)), ["b"] = Floats(1, 2) };
        using var right = new NamedValues { ["a"] = Floats(0, Large / sizeof(float)), ["b"] = Floats(0, 3) };
        AssertGivenBack(() => BatchRows.Concatenate(left, right));
    }

    [Fact]
    public void Take_OneValueTooShort_GivesTheMemoryOfTheOthersBack()
    {
        using var values = new NamedValues { ["a"] = Floats(2, Large / sizeof(float)), ["b"] = Floats(1, 2) };
        AssertGivenBack(() => BatchRows.Take(values, [1]));
    }

    // A block that was freed is the next one of its size.
    private static void AssertGivenBack(Func<object> call)
    {
        nint free = Address(out TensorValue tensor);
        tensor.Dispose();
        Assert.Throws<InferenceException>(call);
        Assert.Equal(free, Address(out tensor));
        tensor.Dispose();
    }

    private static nint Address(out TensorValue tensor)
    {
        tensor = Floats(1, Large / sizeof(float));
        using var pin = new TensorPin(tensor);
        return (nint)pin.Address;
    }

    private static UInt128 NameHash(string name) => RowHash.OfBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(name.AsSpan()));

    private static TensorValue Floats(long rows, long width)
    {
        TensorValue tensor = TensorValue.Allocate(ElementType.Float32, [rows, width]);
        tensor.AsWritableSpan<float>().Clear();
        return tensor;
    }
}

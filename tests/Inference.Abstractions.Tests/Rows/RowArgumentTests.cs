using Inference.Rows;

namespace Inference.Abstractions.Tests.Rows;

/// <summary>What callers of row functions get wrong, and the text they are told.</summary>
public sealed class RowArgumentTests : IDisposable
{
    private readonly TensorValue _floats = TensorValue.Copy<float>([1, 2, 3, 4, 5, 6], [2, 3]);
    private readonly TensorValue _strings = TensorValue.Copy(["a", "b", "c", "d"], [2, 2]);
    private readonly NamedValues _batch = new() { ["x"] = TensorValue.Copy<float>([1, 2], [2]) };

    public void Dispose()
    {
        _floats.Dispose();
        _strings.Dispose();
        _batch.Dispose();
    }

    [Fact]
    public void AnyFunction_Null_NamesTheParameter()
    {
        (string Name, Action Call)[] calls =
        [
            ("tensor", () => TensorRows.Count(null!)),
            ("tensor", () => TensorRows.RowElements(null!)),
            ("tensor", () => TensorRows.RowBytes(null!)),
            ("left", () => TensorRows.HaveSameRowType(null!, _floats)),
            ("right", () => TensorRows.HaveSameRowType(_floats, null!)),
            ("tensor", () => TensorRows.AllocateLike(null!, 1)),
            ("tensor", () => TensorRows.Take(null!, [0])),
            ("tensor", () => TensorRows.Copy(null!, 0, 1)),
            ("source", () => TensorRows.CopyRows(null!, 0, _floats, 0, 1)),
            ("destination", () => TensorRows.CopyRows(_floats, 0, null!, 0, 1)),
            ("tensor", () => RowPadding.Crop(null!, 0, 1, [1])),
            ("tensor", () => RowHash.Of(null!, 0)),
            ("tensor", () => RowHash.Continue(null!, 0, new UInt128[1])),
            ("left", () => RowEquality.AreEqual(null!, 0, _floats, 0)),
            ("right", () => RowEquality.AreEqual(_floats, 0, null!, 0)),
            ("left", () => RowEquality.AreEqual(null!, _floats)),
            ("right", () => RowEquality.AreEqual(_floats, null!)),
            ("values", () => BatchRows.TryCount(null!, out _)),
            ("values", () => BatchRows.Count(null!)),
            ("left", () => BatchRows.HaveSameRowTypes(null!, _batch)),
            ("right", () => BatchRows.HaveSameRowTypes(_batch, null!)),
            ("values", () => BatchRows.Slice(null!, 0, 1)),
            ("values", () => BatchRows.Take(null!, [0])),
            ("left", () => BatchRows.AreEqual(null!, 0, _batch, 0)),
            ("right", () => BatchRows.AreEqual(_batch, 0, null!, 0)),
            ("values", () => BatchRows.Hash(null!, [], [])),
        ];
        Assert.All(calls, c => Assert.Equal(c.Name, Assert.Throws<ArgumentNullException>(c.Call).ParamName));
    }

    [Theory]
    [InlineData(-1, 1, "Rows -1 to -1")]
    [InlineData(0, -1, "Rows 0 to -2")]
    [InlineData(0, 3, "Rows 0 to 2")]
    [InlineData(1, 2, "Rows 1 to 2")]
    [InlineData(int.MaxValue, int.MaxValue, "Rows 2147483647 to 4294967293")]
    public void AnyFunction_RowsOutside_SaysWhichAndHowManyThereAre(int start, int count, string rows)
    {
        using TensorValue target = TensorValue.Allocate(ElementType.Float32, [2, 3]);
        Action[] calls =
        [
            () => TensorRows.Copy(_floats, start, count),
            () => TensorRows.CopyRows(_floats, start, target, 0, count),
            () => TensorRows.CopyRows(_floats, 0, target, start, count),
            () => RowPadding.Crop(_floats, start, count, [3]),
        ];
        foreach (Action call in calls)
        {
            string text = Assert.Throws<InferenceException>(call).Message;
            // A copy to rows that are there of rows that are not reads from row 0 on.
            Assert.Contains(text, new[] { $"{rows} are out of range for the tensor float32[2,3], which has 2 rows. Pass rows within axis 0.", $"Rows 0 to {count - 1L} are out of range for the tensor float32[2,3], which has 2 rows. Pass rows within axis 0." });
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void AnyFunction_OneRowOutside_SaysWhich(int row)
    {
        string expected = $"Rows {row} to {row} are out of range for the tensor float32[2,3], which has 2 rows. Pass rows within axis 0.";
        Action[] calls =
        [
            () => TensorRows.Take(_floats, [0, row]),
            () => RowHash.Of(_floats, row),
            () => RowEquality.AreEqual(_floats, row, _floats, 0),
            () => RowEquality.AreEqual(_floats, 0, _floats, row),
        ];
        Assert.All(calls, c => Assert.Equal(expected, Assert.Throws<InferenceException>(c).Message));
    }

    [Fact]
    public void Rows_OfAScalarOrOfMoreThanAnIntCounts_AreNone()
    {
        using TensorValue scalar = TensorValue.Copy<float>([1f], []);
        using TensorValue most = TensorValue.Allocate(ElementType.Float32, [int.MaxValue, 0]);
        using TensorValue more = TensorValue.Allocate(ElementType.Float32, [1L + int.MaxValue, 0]);
        Assert.Equal(int.MaxValue, TensorRows.Count(most));
        Assert.Equal(
            "The tensor float32[2147483648,0] has no usable rows: expected at least one axis, and at most 2147483647 rows along axis 0. Give it a batch axis.",
            Assert.Throws<InferenceException>(() => TensorRows.Count(more)).Message);
        Assert.Contains("The tensor float32[] has no usable rows", Assert.Throws<InferenceException>(() => TensorRows.RowElements(scalar)).Message, StringComparison.Ordinal);
        Assert.False(TensorRows.HaveSameRowType(scalar, _floats));
        Assert.False(TensorRows.HaveSameRowType(_floats, scalar));
        Assert.False(TensorRows.HaveSameRowType(scalar, scalar));
        using var batch = new NamedValues { ["x"] = most.Rows(0, int.MaxValue) };
        Assert.Equal(int.MaxValue, BatchRows.Count(batch));
        using var tooMany = new NamedValues { ["x"] = more.Retain() };
        Assert.False(BatchRows.TryCount(tooMany, out int rows));
        Assert.Equal(0, rows);
        Assert.Equal(
            "Concatenate received 4294967294 rows like those of float32[2147483647,0]; a tensor can have at most 2147483647. Stack fewer.",
            Assert.Throws<InferenceException>(() => TensorRows.Concatenate(most, most)).Message);
        using TensorValue none = TensorValue.Allocate(ElementType.Float32, [0, 0]);
        using TensorValue all = TensorRows.Concatenate(none, most);
        Assert.Equal(int.MaxValue, all.Shape[0]);
    }

    [Fact]
    public void Row_LargerThanAnInt_IsRefused()
    {
        using TensorValue elements = TensorValue.Allocate(ElementType.UInt8, [0, 65536, 32768]);
        using TensorValue bytes = TensorValue.Allocate(ElementType.Float64, [0, 268435456]);
        using TensorValue fits = TensorValue.Allocate(ElementType.UInt8, [0, int.MaxValue]);
        Assert.Equal(
            "A row of uint8[0,65536,32768] has 2147483648 elements, expected at most 2147483647. Split it along another axis.",
            Assert.Throws<InferenceException>(() => TensorRows.RowElements(elements)).Message);
        Assert.Equal(268435456, TensorRows.RowElements(bytes));
        Assert.Equal(
            "A row of float64[0,268435456] has 2147483648 bytes, expected at most 2147483647. Split it along another axis.",
            Assert.Throws<InferenceException>(() => TensorRows.RowBytes(bytes)).Message);
        Assert.Equal(int.MaxValue, TensorRows.RowBytes(fits));
    }

    [Fact]
    public void HaveSameRowType_AsksForTypeAndShapeButNotForTheNumber()
    {
        using TensorValue more = TensorValue.Allocate(ElementType.Float32, [5, 3]);
        using TensorValue wider = TensorValue.Allocate(ElementType.Float32, [2, 4]);
        using TensorValue other = TensorValue.Allocate(ElementType.Int32, [2, 3]);
        Assert.True(TensorRows.HaveSameRowType(_floats, more));
        Assert.False(TensorRows.HaveSameRowType(_floats, wider));
        Assert.False(TensorRows.HaveSameRowType(_floats, other));
    }

    [Fact]
    public void AreEqual_OfRowsOrTensorsOfAnotherTypeOrShape_IsFalse()
    {
        using TensorValue zeros = TensorValue.Copy<int>(new int[6], [2, 3]);
        using TensorValue floats = TensorValue.Copy<float>(new float[6], [2, 3]);
        using TensorValue tall = TensorValue.Copy<int>(new int[6], [3, 2]);
        using TensorValue one = TensorValue.Copy<int>([0, 0, 0, 0, 0, 1], [2, 3]);
        using TensorValue again = TensorValue.Copy<int>(new int[6], [2, 3]);
        Assert.True(RowEquality.AreEqual(zeros, again));
        Assert.False(RowEquality.AreEqual(zeros, floats));
        Assert.False(RowEquality.AreEqual(zeros, tall));
        Assert.False(RowEquality.AreEqual(zeros, one));
        Assert.True(RowEquality.AreEqual(zeros, 1, one, 0));
        Assert.False(RowEquality.AreEqual(zeros, 1, one, 1));
        Assert.False(RowEquality.AreEqual(zeros, 0, tall, 0));
        Assert.False(RowEquality.AreEqual(zeros, 0, floats, 0));
        using TensorValue others = TensorValue.Copy(["a", "b", "c", "x"], [2, 2]);
        Assert.False(RowEquality.AreEqual(_strings, others));
        Assert.True(RowEquality.AreEqual(_strings, 0, others, 0));
        Assert.False(RowEquality.AreEqual(_strings, 1, others, 1));
    }

    [Fact]
    public void CopyRows_OfStringsAndOfAnotherRowType()
    {
        using TensorValue target = TensorValue.Allocate(ElementType.String, [3, 2]);
        TensorRows.CopyRows(_strings, 1, target, 2, 1);
        Assert.Equal(["", "", "", "", "c", "d"], target.AsSpan<string>().ToArray());
        TensorRows.CopyRows(_strings, 0, target, 1, 2);
        Assert.Equal(["", "", "a", "b", "c", "d"], target.AsSpan<string>().ToArray());
        Assert.Equal(
            "CopyRows requires rows of the same type and shape: the source is string[2,2], the destination is float32[2,3]. Pad or convert one of them.",
            Assert.Throws<InferenceException>(() => TensorRows.CopyRows(_strings, 0, _floats, 0, 1)).Message);
    }

    [Fact]
    public void Concatenate_OfNothing_SaysWhatToPass()
    {
        Assert.Equal("Concatenate received no tensors; expected at least one. Pass the tensors to stack.", Assert.Throws<InferenceException>(() => TensorRows.Concatenate()).Message);
        Assert.Equal("Concatenate received no tensors; expected at least one. Pass the tensors to stack.", Assert.Throws<InferenceException>(() => RowPadding.Concatenate([], [1])).Message);
        Assert.Equal("Concatenate received no batches; expected at least one. Pass the batches to stack.", Assert.Throws<InferenceException>(() => BatchRows.Concatenate()).Message);
    }
}

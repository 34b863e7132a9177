using FsCheck;
using FsCheck.Fluent;
using Inference.Rows;

namespace Inference.Abstractions.Tests.Rows;

public class TensorRowsTests
{
    public static TheoryData<ElementType> AllTypes => [.. AnyTensor.Types];

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Concatenate_ThenRows_GivesThePartsBack(ElementType type)
    {
        // 8 elements a row fill whole bytes for packed types too.
        using TensorValue a = AnyTensor.Make(type, [2, 2, 4], 1);
        using TensorValue b = AnyTensor.Make(type, [3, 2, 4], 2);
        using TensorValue both = TensorRows.Concatenate(a, b);
        Assert.Equal([5, 2, 4], both.Shape.ToArray());
        using TensorValue first = both.Rows(0, 2);
        using TensorValue second = both.Rows(2, 3);
        Assert.True(RowEquality.AreEqual(a, first));
        Assert.True(RowEquality.AreEqual(b, second));
    }

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Take_AnyRows_EachEqualsItsSource(ElementType type) =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonEmptyArray<byte>>(), picks =>
        {
            using TensorValue source = AnyTensor.Make(type, [5, 8], 3);
            int[] rows = [.. picks.Get.Select(p => p % 5)];
            using TensorValue taken = TensorRows.Take(source, rows);
            return Enumerable.Range(0, rows.Length).All(i => RowEquality.AreEqual(taken, i, source, rows[i]))
                && taken.Shape[0] == rows.Length;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Concatenate_OddRowsOfPackedType_Throws()
    {
        using TensorValue a = AnyTensor.Make(ElementType.Int4, [2, 3], 1);
        InferenceException error = Assert.Throws<InferenceException>(() => TensorRows.Concatenate(a, a));
        Assert.Contains("do not fill whole bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Concatenate_DifferentRowShapes_ErrorNamesBoth()
    {
        using TensorValue a = AnyTensor.Make(ElementType.Float32, [1, 3], 1);
        using TensorValue b = AnyTensor.Make(ElementType.Float32, [1, 4], 1);
        InferenceException error = Assert.Throws<InferenceException>(() => TensorRows.Concatenate(a, b));
        Assert.Equal("Concatenate requires rows of the same type and shape: the first tensor is float32[1,3], another is float32[1,4]. Pad or convert them to the same row shape.", error.Message);
    }

    [Fact]
    public void Concatenate_NoParts_Throws() => Assert.Throws<InferenceException>(() => TensorRows.Concatenate());

    [Fact]
    public void Concatenate_EmptyParts_GivesZeroRows()
    {
        using TensorValue a = AnyTensor.Make(ElementType.Int64, [0, 3], 1);
        using TensorValue both = TensorRows.Concatenate(a, a);
        Assert.Equal([0, 3], both.Shape.ToArray());
    }

    [Fact]
    public void Count_Scalar_Throws()
    {
        using TensorValue scalar = TensorValue.Copy<float>([1f], []);
        Assert.Throws<InferenceException>(() => TensorRows.Count(scalar));
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 3)]
    [InlineData(2, 1)]
    public void Copy_RowsOutside_Throws(int start, int count)
    {
        using TensorValue a = AnyTensor.Make(ElementType.Float32, [2, 3], 1);
        Assert.Throws<InferenceException>(() => TensorRows.Copy(a, start, count));
    }

    [Fact]
    public void Copy_Rows_OwnsJustThem()
    {
        TensorValue a = AnyTensor.Make(ElementType.Float32, [4, 3], 1);
        float[] expected = a.AsSpan<float>()[3..9].ToArray();
        using TensorValue copy = TensorRows.Copy(a, 1, 2);
        a.Dispose();
        Assert.Equal(expected, copy.AsSpan<float>().ToArray());
    }

    [Fact]
    public void CopyRows_BorrowedSource_Copies()
    {
        using TensorValue source = TensorValue.Borrow<float>(new float[] { 1, 2, 3, 4 }, [2, 2]);
        using TensorValue destination = TensorValue.Copy<float>(new float[4], [2, 2]);
        TensorRows.CopyRows(source, 1, destination, 0, 1);
        Assert.Equal([3, 4, 0, 0], destination.AsSpan<float>().ToArray());
    }
}

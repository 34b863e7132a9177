using FsCheck;
using FsCheck.Fluent;
using Inference.Rows;

namespace Inference.Abstractions.Tests.Rows;

public class RowPaddingTests
{
    public static TheoryData<ElementType> UnpackedTypes => [.. AnyTensor.Types.Where(t => !t.IsPacked())];

    [Fact]
    public void Concatenate_RaggedRows_FillsTheGaps()
    {
        using TensorValue a = TensorValue.Copy<long>(new long[] { 1, 2, 3 }, [1, 3]);
        using TensorValue b = TensorValue.Copy<long>(new long[] { 4, 5, 6, 7 }, [2, 2]);
        using TensorValue both = RowPadding.Concatenate([a, b], [4], BitConverter.GetBytes(-1L));
        Assert.Equal([3, 4], both.Shape.ToArray());
        Assert.Equal([1, 2, 3, -1, 4, 5, -1, -1, 6, 7, -1, -1], both.AsSpan<long>().ToArray());
    }

    [Fact]
    public void Pad_TwoAxes_KeepsTheCorner()
    {
        using TensorValue a = TensorValue.Copy<byte>(new byte[] { 1, 2, 3, 4 }, [1, 2, 2]);
        using TensorValue padded = RowPadding.Pad(a, [3, 3], [9]);
        Assert.Equal([1, 2, 9, 3, 4, 9, 9, 9, 9], padded.AsSpan<byte>().ToArray());
    }

    [Theory]
    [MemberData(nameof(UnpackedTypes))]
    public void Crop_OfPadded_GivesTheRowsBack(ElementType type) =>
        Prop.ForAll(ArbMap.Default.ArbFor<(byte, byte, byte)>(), draw =>
        {
            (int rows, int a, int b) = (draw.Item1 % 4 + 1, draw.Item2 % 4 + 1, draw.Item3 % 4 + 1);
            using TensorValue source = AnyTensor.Make(type, [rows, a, b], draw.GetHashCode());
            using TensorValue padded = RowPadding.Pad(source, [a + draw.Item3 % 3, b + draw.Item1 % 3]);
            using TensorValue cropped = RowPadding.Crop(padded, 0, rows, [a, b]);
            using TensorValue last = RowPadding.Crop(padded, rows - 1, 1, [a, b]);
            return RowEquality.AreEqual(source, cropped) && RowEquality.AreEqual(last, 0, source, rows - 1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Pad_Smaller_Throws()
    {
        using TensorValue a = AnyTensor.Make(ElementType.Float, [1, 3], 1);
        Assert.Throws<InferenceException>(() => RowPadding.Pad(a, [2]));
    }

    [Fact]
    public void Pad_FillOfAnotherSize_Throws()
    {
        using TensorValue a = AnyTensor.Make(ElementType.Float, [1, 3], 1);
        Assert.Throws<InferenceException>(() => RowPadding.Pad(a, [4], [1, 2]));
    }

    [Fact]
    public void Crop_Larger_Throws()
    {
        using TensorValue a = AnyTensor.Make(ElementType.Float, [1, 3], 1);
        Assert.Throws<InferenceException>(() => RowPadding.Crop(a, 0, 1, [4]));
    }
}

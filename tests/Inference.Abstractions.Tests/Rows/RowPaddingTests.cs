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

    [Theory]
    [MemberData(nameof(UnpackedTypes))]
    public void Pad_AnyType_FillsEveryGapWithTheElement(ElementType type)
    {
        if (type == ElementType.String)
        {
            return;
        }

        int size = type.BitWidth() / 8;
        byte[] fill = [.. Enumerable.Range(1, size).Select(i => (byte)(i * 7))];
        using TensorValue source = AnyTensor.Make(type, [2, 1], 4);
        using TensorValue padded = RowPadding.Pad(source, [3], fill);
        byte[] before = source.AsBytes().ToArray();
        Assert.Equal([.. before[..size], .. fill, .. fill, .. before[size..], .. fill, .. fill], padded.AsBytes().ToArray());
    }

    [Fact]
    public void Pad_WithoutAnElement_ClearsWhatTheMemoryHeld()
    {
        using TensorValue source = TensorValue.Copy<int>([1, 2], [2, 1]);
        for (int round = 0; round < 20; round++)
        {
            TensorValue[] dirty = [.. Enumerable.Range(0, 32).Select(_ => TensorValue.Allocate(ElementType.Int32, [2, 30]))];
            foreach (TensorValue tensor in dirty)
            {
                tensor.AsWritableBytes().Fill(255);
                tensor.Dispose();
            }

            using TensorValue padded = RowPadding.Pad(source, [30], round % 2 == 0 ? [] : [0, 0, 0, 0]);
            Assert.Equal([1, .. new int[29], 2, .. new int[29]], padded.AsSpan<int>().ToArray());
        }
    }

    [Fact]
    public void Concatenate_NoRowsOfAHugeShape_HasNoRows()
    {
        using TensorValue none = TensorValue.Allocate(ElementType.Float32, [0, 1, 1]);
        using TensorValue both = RowPadding.Concatenate([none, none], [65536, 65536]);
        Assert.Equal([0, 65536, 65536], both.Shape.ToArray());
    }

    [Fact]
    public void Crop_ToNothing_KeepsTheRows()
    {
        using TensorValue a = AnyTensor.Make(ElementType.Float32, [2, 3], 1);
        using TensorValue cropped = RowPadding.Crop(a, 0, 2, [0]);
        Assert.Equal([2, 0], cropped.Shape.ToArray());
    }

    [Theory]
    [InlineData(ElementType.Float32, new long[] { 4 }, "[4]")]
    [InlineData(ElementType.Float32, new long[] { -1 }, "[-1]")]
    [InlineData(ElementType.Float32, new long[] { 3, 1 }, "[3,1]")]
    [InlineData(ElementType.Float32, new long[] { }, "[]")]
    [InlineData(ElementType.Int4, new long[] { 2 }, "[2]")]
    public void Crop_ThatDoesNotFit_SaysWhatWasAskedFor(ElementType type, long[] rowShape, string text)
    {
        using TensorValue a = AnyTensor.Make(type, [1, 3], 1);
        Assert.Equal(
            $"Crop to rows of shape {text} requires an unpacked tensor at least that large on every axis, got {type.Name()}[1,3]. Pass a smaller row shape.",
            Assert.Throws<InferenceException>(() => RowPadding.Crop(a, 0, 1, rowShape)).Message);
    }

    [Theory]
    [InlineData(ElementType.Float32, ElementType.Float32, new long[] { 2 })]
    [InlineData(ElementType.Float32, ElementType.Float32, new long[] { 3, 1 })]
    [InlineData(ElementType.Float32, ElementType.Float32, new long[] { })]
    [InlineData(ElementType.Float32, ElementType.Int32, new long[] { 3 })]
    [InlineData(ElementType.Int4, ElementType.Int4, new long[] { 4 })]
    public void Concatenate_APartThatDoesNotFit_SaysWhich(ElementType first, ElementType second, long[] rowShape)
    {
        using TensorValue a = AnyTensor.Make(first, [1, 3], 1);
        using TensorValue b = AnyTensor.Make(second, [2, 3], 1);
        string rows = $"{first.Name()}[{string.Join(",", rowShape)}]";
        string got = first == second ? $"{first.Name()}[1,3]" : $"{second.Name()}[2,3]";
        Assert.Equal(
            $"Padding to rows {rows} requires an unpacked tensor of that type and rank, no larger on any axis after the first; got {got}. Use a larger row shape or truncate the tensor.",
            Assert.Throws<InferenceException>(() => RowPadding.Concatenate([a, b], rowShape)).Message);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2 })]
    [InlineData(new byte[] { 0 })]
    public void Pad_FillOfAnotherSize_IsRefused(byte[] fill)
    {
        using TensorValue a = AnyTensor.Make(ElementType.Float32, [1, 3], 1);
        Assert.Equal(
            $"The padding element has {fill.Length} bytes; expected 4, the size of an element. Pass the bytes of one element.",
            Assert.Throws<InferenceException>(() => RowPadding.Pad(a, [4], fill)).Message);
    }
}

using Inference.TestSupport;

namespace Inference.Caching.Tests;

/// <summary>Layouts of units, and their contents in memory and as bytes.</summary>
public sealed class UnitLayoutTests : IDisposable
{
    private readonly NamedValues _values = new()
    {
        ["n"] = TensorValue.Copy<short>([1, 2, 3, 4, 5, 6], [3, 2]),
        ["s"] = TensorValue.Copy(["a", "bc", "def", "", "\ud800", "f"], [3, 2]),
        ["t"] = TensorValue.Copy(["x", "y", "z"], [3]),
        ["f"] = TensorValue.Copy<float>([7, 8, 9], [3]),
    };

    public void Dispose() => _values.Dispose();

    [Fact]
    public void TryOf_Rows_NamesTypesShapesAndSizes()
    {
        UnitLayout layout = UnitLayout.TryOf(_values, null, whole: false)!;
        Assert.Equal("row|1:n=5[2]|1:s=8[2]|1:t=8[]|1:f=1[]", layout.Text);
        Assert.Equal((8, 3), (layout.Bytes, layout.Strings));
        Assert.Equal([2, 2, 1, 1], layout.Ports.ToArray().Select(p => p.Elements));
        Assert.Equal([4, 0, 0, 4], layout.Ports.ToArray().Select(p => p.Bytes));
        Assert.False(layout.Whole);
    }

    [Fact]
    public void Regression_RowsBeyondWhatIsCounted_AreNotCached()
    {
        using NamedValues elements = new() { ["x"] = TensorValue.Allocate(ElementType.UInt8, [0, 1L << 31]) };
        using NamedValues bytes = new() { ["x"] = TensorValue.Allocate(ElementType.Float64, [0, 1L << 28]) };
        using NamedValues most = new() { ["x"] = TensorValue.Allocate(ElementType.Float64, [0, (1L << 28) - 1]) };
        Assert.Null(UnitLayout.TryOf(elements, null, whole: false));
        Assert.Null(UnitLayout.TryOf(bytes, null, whole: false));
        Assert.NotNull(UnitLayout.TryOf(most, null, whole: false));
    }

    [Fact]
    public void TryOf_WholeCall_TakesScalarsAndUnequalRows()
    {
        using var values = new NamedValues { ["a"] = TensorValue.Copy<float>([1], []), ["b"] = TensorValue.Copy<float>([1, 2], [2]) };
        UnitLayout layout = UnitLayout.TryOf(values, null, whole: true)!;
        Assert.Equal("call|1:a=1[]|1:b=1[2]", layout.Text);
        Assert.Equal(12, layout.Bytes);
        Assert.True(layout.Whole && layout.Matches(values));
        Assert.Null(UnitLayout.TryOf(values, null, whole: false));
    }

    [Fact]
    public void TryOf_AnOrder_IsThatOfThePortsAndNamesThemAll()
    {
        Assert.Equal("row|1:f=1[]|1:t=8[]|1:s=8[2]|1:n=5[2]", UnitLayout.TryOf(_values, ["f", "none", "t", "s", "n"], whole: false)!.Text);
        Assert.Null(UnitLayout.TryOf(_values, ["f", "t", "s"], whole: false));
        Assert.Null(UnitLayout.TryOf([], [], whole: true));
    }

    [Fact]
    public void TryOf_WhatHasNoUnits_IsNone()
    {
        using var list = new NamedValues();
        list.Add("a", new OptionalValue(null));
        Assert.Null(UnitLayout.TryOf(list, null, whole: true));
        using var odd = new NamedValues { ["a"] = TensorValue.Allocate(ElementType.Int4, [2, 3]) };
        Assert.Null(UnitLayout.TryOf(odd, null, whole: false));
        Assert.Equal(3, UnitLayout.TryOf(odd, null, whole: true)!.Bytes);
        using var even = new NamedValues { ["a"] = TensorValue.Allocate(ElementType.Int4, [3, 4]) };
        Assert.Equal(2, UnitLayout.TryOf(even, null, whole: false)!.Bytes);
    }

    [Fact]
    public void Matches_OtherNamesTypesShapesOrRows_IsFalse()
    {
        UnitLayout layout = UnitLayout.TryOf(_values, null, whole: false)!;
        Assert.True(layout.Matches(_values));
        AssertOther(v => v.SetValue("f", TensorValue.Copy<int>([1, 2, 3], [3])));
        AssertOther(v => v.SetValue("f", TensorValue.Copy<float>([1, 2, 3], [3, 1])));
        AssertOther(v => v.SetValue("f", TensorValue.Copy<float>([1, 2], [2])));
        AssertOther(v => v.SetValue("f", TensorValue.Copy<float>([1], [])));
        AssertOther(v => v.SetValue("n", TensorValue.Copy<short>([1, 2], [1, 2])));
        AssertOther(v => v.SetValue("f", new OptionalValue(null)));
        AssertOther(v => v.Add("g", TensorValue.Copy<float>([1, 2, 3], [3])));
        using var renamed = new NamedValues();
        foreach ((string name, ModelValue value) in _values)
        {
            renamed.Add(name == "f" ? "g" : name, value.Retain());
        }

        Assert.False(layout.Matches(renamed));
        using NamedValues fewer = Rows(2);
        Assert.True(layout.Matches(fewer));

        void AssertOther(Action<NamedValues> change)
        {
            using NamedValues copy = _values.Retain();
            change(copy);
            Assert.False(layout.Matches(copy));
        }
    }

    [Fact]
    public void Matches_MoreRowsThanAnIntCounts_IsFalse()
    {
        using var most = new NamedValues { ["a"] = TensorValue.Allocate(ElementType.Float32, [int.MaxValue, 0]) };
        UnitLayout layout = UnitLayout.TryOf(most, null, whole: false)!;
        Assert.True(layout.Matches(most));
        using var more = new NamedValues { ["a"] = TensorValue.Allocate(ElementType.Float32, [1L + int.MaxValue, 0]) };
        Assert.False(layout.Matches(more));
        using var none = new NamedValues { ["a"] = TensorValue.Allocate(ElementType.Float32, [0, 0]), ["b"] = TensorValue.Allocate(ElementType.Float32, [0]) };
        using var one = new NamedValues { ["a"] = TensorValue.Allocate(ElementType.Float32, [0, 0]), ["b"] = TensorValue.Allocate(ElementType.Float32, [1]) };
        layout = UnitLayout.TryOf(none, null, whole: false)!;
        Assert.True(layout.Matches(none));
        Assert.False(layout.Matches(one));
    }

    [Fact]
    public void SameAs_TheTextDecides()
    {
        UnitLayout layout = UnitLayout.TryOf(_values, null, whole: false)!;
        Assert.True(layout.SameAs(layout));
        Assert.True(layout.SameAs(UnitLayout.TryOf(_values, null, whole: false)!));
        Assert.False(layout.SameAs(UnitLayout.Of(layout.Ports.ToArray(), whole: true)));
        Assert.False(layout.SameAs(UnitLayout.Of(layout.Ports[..3].ToArray(), whole: false)));
    }

    [Fact]
    public void ReadThenWrite_EachUnit_IsTheSameAndEqualToItselfAlone()
    {
        UnitLayout layout = UnitLayout.TryOf(_values, null, whole: false)!;
        using NamedValues made = layout.Allocate(3);
        for (int unit = 0; unit < 3; unit++)
        {
            UnitData data = layout.Read(_values, unit);
            for (int other = 0; other < 3; other++)
            {
                Assert.Equal(unit == other, layout.Equal(_values, other, data));
                Assert.Equal(unit == other, layout.HashOf(_values, unit, 3) == layout.HashOf(_values, other, 3));
            }

            layout.Write(data, made, unit);
        }

        foreach ((string name, ModelValue value) in _values)
        {
            Assert.True(Inference.Rows.RowEquality.AreEqual((TensorValue)value, made[name]));
        }

        Assert.NotEqual(layout.HashOf(_values, 0, 3), layout.HashOf(_values, 0, 4));
    }

    [Theory]
    [InlineData("n")]
    [InlineData("s")]
    [InlineData("t")]
    [InlineData("f")]
    public void Equal_OneValueOfAnother_IsFalse(string name)
    {
        UnitLayout layout = UnitLayout.TryOf(_values, null, whole: false)!;
        UnitData data = layout.Read(_values, 1);
        UInt128 hash = layout.HashOf(_values, 1, 0);
        using NamedValues changed = _values.Retain();
        changed.SetValue(name, Inference.Rows.TensorRows.Take(_values[name], [0, 2, 1]));
        Assert.False(layout.Equal(changed, 1, data));
        Assert.NotEqual(hash, layout.HashOf(changed, 1, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Codec_EncodedThenDecoded_IsTheSame(bool whole)
    {
        UnitLayout layout = UnitLayout.TryOf(_values, null, whole)!;
        UnitData data = layout.Read(_values, whole ? 0 : 1);
        (UnitLayout Layout, UnitData Data)? read = UnitCodec.TryDecode(7, UnitCodec.Encode(7, layout, data));
        Assert.Equal(layout.Text, read!.Value.Layout.Text);
        Assert.Equal(data.Bytes, read.Value.Data.Bytes);
        Assert.Equal(data.Strings, read.Value.Data.Strings);
    }

    [Fact]
    public void Codec_WhatDoesNotAddUp_IsNone()
    {
        UnitLayout layout = UnitLayout.TryOf(_values, null, whole: false)!;
        byte[] good = UnitCodec.Encode(1, layout, layout.Read(_values, 1));
        Assert.Null(UnitCodec.TryDecode(2, good));
        Assert.Null(UnitCodec.TryDecode(1, (byte[])[.. good, 0]));
        Assert.NotNull(UnitCodec.TryDecode(1, Written(1, 1, ElementType.UInt8, [3], [1, 2, 3])));
        Assert.Null(UnitCodec.TryDecode(1, Written(1, 1, ElementType.UInt8, [4], [1, 2, 3])));
        Assert.Null(UnitCodec.TryDecode(1, Written(1, 1, ElementType.UInt8, [2], [1, 2, 3])));
        Assert.Null(UnitCodec.TryDecode(1, Written(1, 1, (ElementType)99, [3], [1, 2, 3])));
        Assert.Null(UnitCodec.TryDecode(1, Written(1, 0, ElementType.UInt8, [3], [1, 2, 3])));
        Assert.Null(UnitCodec.TryDecode(1, Written(1, -1, ElementType.UInt8, [3], [1, 2, 3])));
        Assert.Null(UnitCodec.TryDecode(1, Written(1, 4097, ElementType.UInt8, [3], [1, 2, 3])));
        Assert.Null(UnitCodec.TryDecode(1, Written(1, 1, ElementType.UInt8, new long[65], [])));
        Assert.NotNull(UnitCodec.TryDecode(1, Written(1, 1, ElementType.UInt8, new long[64], [])));
        Assert.Null(UnitCodec.TryDecode(1, Written(1, 1, ElementType.UInt8, [0], [], rank: -1)));
        Assert.Null(UnitCodec.TryDecode(1, Written(1, 1, ElementType.String, [1000], [0, 0, 0, 0])));
        Assert.NotNull(UnitCodec.TryDecode(1, Written(1, 1, ElementType.String, [1], [1, 0, 0, 0, 65, 0])));
        Assert.NotNull(UnitCodec.TryDecode(1, Written(1, 1, ElementType.String, [1], [0, 0, 0, 0])));
        Assert.Null(UnitCodec.TryDecode(1, Written(1, 1, ElementType.String, [1], [2, 0, 0, 0, 65, 0])));
        Assert.Null(UnitCodec.TryDecode(1, Written(1, 1, ElementType.String, [1], [255, 255, 255, 255])));
    }

    [Fact]
    public void Codec_TheMostPorts_AreRead()
    {
        UnitPort[] ports = [.. Enumerable.Range(0, 4096).Select(i => new UnitPort($"p{i}", ElementType.UInt8, [1], 1, 1))];
        UnitLayout layout = UnitLayout.Of(ports, whole: false);
        Assert.Equal(layout.Text, UnitCodec.TryDecode(1, UnitCodec.Encode(1, layout, new UnitData(new byte[4096], [])))!.Value.Layout.Text);
    }

    [Fact]
    public void Catalog_KnowsTheLastSixteenLayouts()
    {
        var catalog = new LayoutCatalog(null, whole: false);
        UnitLayout[] made = [.. Enumerable.Range(1, 16).Select(Find)];
        for (int width = 1; width <= 16; width++)
        {
            Assert.Same(made[width - 1], Find(width));
        }

        Find(17);
        Assert.Same(made[1], Find(2));
        Assert.NotSame(made[0], Find(1));
        Assert.NotSame(made[1], Find(2));
        Assert.Same(made[15], Find(16));
        using var bad = new NamedValues { ["a"] = TensorValue.Copy<float>([1], []) };
        Assert.Null(catalog.Find(bad));

        UnitLayout Find(int width)
        {
            using var values = new NamedValues { ["a"] = TensorValue.Allocate(ElementType.Float32, [1, width]) };
            return catalog.Find(values)!;
        }
    }

    private NamedValues Rows(int count) => Inference.Rows.BatchRows.Slice(_values, 0, count);

    private static byte[] Written(byte format, int ports, ElementType type, long[] shape, byte[] contents, int? rank = null)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(format);
        writer.Write(false);
        writer.Write(ports);
        for (int i = 0; i < Math.Max(ports, 1); i++)
        {
            writer.Write(1);
            writer.Write((short)'a');
            writer.Write((int)type);
            writer.Write(rank ?? shape.Length);
            Array.ForEach(shape, writer.Write);
        }

        writer.Write(contents);
        return stream.ToArray();
    }
}

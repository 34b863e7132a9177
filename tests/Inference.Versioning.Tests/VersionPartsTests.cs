using Inference.TestSupport;
using Inference.Versioning.Routing;

namespace Inference.Versioning.Tests;

/// <summary>The parts of versioning that decide, one by one: differences, signatures, evidence, routes, leases.</summary>
public sealed class VersionPartsTests
{
    [Fact]
    public void Difference_OfFloats_HoldsAbsolutePlusRelative()
    {
        using TensorValue want = TensorValue.Copy<float>([1, -8, 3, float.NaN, float.PositiveInfinity, 0], [6]);
        AssertSame([1, -8, 3, float.NaN, float.PositiveInfinity, -0f], 0, 0, 0);
        AssertSame([1.5f, -8, 3, float.NaN, float.PositiveInfinity, 0], 0, 0.5, 0.5);
        AssertSame([1, -10, 3, float.NaN, float.PositiveInfinity, 0], 0.25, 0, 2);
        AssertSame([1, -10.5f, 3, float.NaN, float.PositiveInfinity, 0], 0.25, 0.5, 2.5);
        AssertDiffers([1, -10.5f, 4, float.NaN, float.PositiveInfinity, 0], 0.25, 0.25, 2.5, "element 1: expected -8 ± 2.25, got -10.5");
        AssertDiffers([1, -8, 3, 1, float.PositiveInfinity, 0], 1, 1, double.PositiveInfinity, "element 3: expected NaN ± NaN, got 1");
        AssertDiffers([1, -8, float.NaN, float.NaN, float.PositiveInfinity, 0], 1, 1, double.PositiveInfinity, "element 2: expected 3 ± 4, got NaN");
        AssertDiffers([1, -8, 3, float.NaN, float.NegativeInfinity, 0], 1, 1, double.PositiveInfinity, "element 4: expected Infinity ± Infinity, got -Infinity");
        AssertDiffers([1, -8, 3, float.NaN, 5, 0], 1, 1, double.PositiveInfinity, "element 4: expected Infinity ± Infinity, got 5");
        AssertDiffers([1, -8, 3, float.NaN, float.PositiveInfinity, 1], 1, 0.5, 1, "element 5: expected 0 ± 0.5, got 1");

        void AssertSame(float[] got, double relative, double absolute, double largest)
        {
            using TensorValue value = TensorValue.Copy<float>(got, [6]);
            Assert.Null(ValueDifference.Find(value, want, relative, absolute, out double seen));
            Assert.Equal(largest, seen);
        }

        void AssertDiffers(float[] got, double relative, double absolute, double largest, string text)
        {
            using TensorValue value = TensorValue.Copy<float>(got, [6]);
            Assert.Equal(text, ValueDifference.Find(value, want, relative, absolute, out double seen));
            Assert.Equal(largest, seen);
        }
    }

    [Fact]
    public void Difference_OfEachType_SaysWhere()
    {
        AssertDifference(TensorValue.Copy<double>([1, 2], [2]), TensorValue.Copy<double>([1, 3], [2]), "element 1: expected 3 ± 0, got 2", 1);
        AssertDifference(TensorValue.Copy<Half>([(Half)1, (Half)2], [2]), TensorValue.Copy<Half>([(Half)1, (Half)3], [2]), "element 1: expected 3 ± 0, got 2", 1);
        AssertDifference(TensorValue.Copy<BFloat16>([(BFloat16)1f, (BFloat16)2f], [2]), TensorValue.Copy<BFloat16>([(BFloat16)1f, (BFloat16)3f], [2]), "element 1: expected 3 ± 0, got 2", 1);
        AssertDifference(TensorValue.Copy(["a", "b"], [2]), TensorValue.Copy(["a", "c"], [2]), "element 1: expected \"c\", got \"b\"");
        AssertDifference(TensorValue.Copy(["a"], [1]), TensorValue.Copy(["a"], [1]), null);
        AssertDifference(TensorValue.Copy<byte>([1, 2], [2]), TensorValue.Copy<byte>([1, 3], [2]), "uint8 elements differ from byte 1 on: expected 3, got 2");
        AssertDifference(TensorValue.Copy<byte>([1, 2], [2]), TensorValue.Copy<byte>([1, 2], [2]), null);
        AssertDifference(TensorValue.Copy<byte>([1, 2], [2]), TensorValue.Copy<byte>([1, 2], [1, 2]), "expected uint8[1,2], got uint8[2]");
        AssertDifference(TensorValue.Copy<byte>([1, 2], [2]), TensorValue.Copy<sbyte>([1, 2], [2]), "expected int8[2], got uint8[2]");
        AssertDifference(TensorValue.Copy<byte>([1], [1]), new OptionalValue(null), "expected a value of kind Optional, got Tensor");
        AssertDifference(new OptionalValue(null), new OptionalValue(null), null);
        AssertDifference(new OptionalValue(null), new OptionalValue(TensorValue.Copy<byte>([1], [1])), "expected a value of kind Optional, got Optional");
        AssertDifference(new OptionalValue(TensorValue.Copy<float>([1], [1])), new OptionalValue(TensorValue.Copy<float>([2], [1])), "element 0: expected 2 ± 0, got 1", 1);
    }

    [Fact]
    public void Difference_OfSequences_NamesTheFirstItem()
    {
        AssertDifference(Sequence(1, 2), Sequence(1, 2), null);
        AssertDifference(Sequence(1, 2), Sequence(1), "expected a sequence of 1 values, got 2");
        AssertDifference(Sequence(1, 2, 3), Sequence(1, 4, 9), "item 1: element 0: expected 4 ± 0, got 2", 6);
        AssertDifference(Sequence(1, 9, 3), Sequence(1, 2, 4), "item 1: element 0: expected 2 ± 0, got 9", 7);

        static SequenceValue Sequence(params float[] items) => new([.. items.Select(i => TensorValue.Copy<float>([i], [1]))]);
    }

    [Fact]
    public void Difference_OfMaps_LooksAtKeysThenValues()
    {
        AssertDifference(Map([1, 2], [3, 4]), Map([1, 2], [3, 4]), null);
        AssertDifference(Map([1, 2], [3, 4]), Map([1, 5], [3, 4]), "keys: int64 elements differ from byte 8 on: expected 5, got 2");
        AssertDifference(Map([1, 2], [3, 4]), Map([1, 2], [3, 6]), "element 1: expected 6 ± 0, got 4", 2);

        static MapValue Map(long[] keys, float[] values) => new(TensorValue.Copy(keys, [keys.Length]), TensorValue.Copy(values, [values.Length]));
    }

    [Theory]
    [InlineData("float32[?,4]", "float32[?,4]", true)]
    [InlineData("float32[2,4]", "float32[?,4]", true)]
    [InlineData("float32[?,4]", "float32[2,4]", false)]
    [InlineData("float32[3,4]", "float32[2,4]", false)]
    [InlineData("float32[2,4]", "float32[2]", false)]
    [InlineData("float32[2,4]", "float32", true)]
    [InlineData("float32", "float32[2]", false)]
    [InlineData("float32", "float32", true)]
    [InlineData("float32[2]", "int64[2]", false)]
    [InlineData("float32[]", "float32[]", true)]
    public void Port_FitsInto_WhereEveryValueDoes(string port, string wider, bool fits) => Assert.Equal(fits, Port("x", port).FitsInto(Port("x", wider)));

    [Fact]
    public void Port_OfAModel_AndItsText()
    {
        ModelPort tensor = new("x", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(4)]));
        ModelPort list = new("l", ModelValueType.Sequence(ModelValueType.Tensor(ElementType.Float32)));
        ModelPort open = new("o", ModelValueType.Tensor(ElementType.Int64)) { IsOptional = true };
        Assert.Equal("float32[?,4]", PortSignature.Of(tensor).ToString());
        Assert.Equal(list.Type.ToString(), PortSignature.Of(list).ToString());
        Assert.Null(PortSignature.Of(list).Shape);
        Assert.Equal("int64 (optional)", PortSignature.Of(open).ToString());
        Assert.Equal([null, 4L], PortSignature.Of(tensor).Shape);
    }

    [Fact]
    public void Signature_EachReason_IsNamed()
    {
        ModelSignature own = Of([Port("x", "float32[?,4]"), Port("o", "int64", true)], [Port("y", "float32[?,2]")]);
        Assert.Null(own.WhyNotReplaceableBy(own));
        Assert.Null(own.WhyNotReplaceableBy(Of([Port("x", "float32"), Port("o", "int64", true), Port("new", "int64", true)], [Port("y", "float32[?,2]"), Port("more", "int64")])));
        Assert.Equal("input 'x': expected float32[?,4], got no such input", own.WhyNotReplaceableBy(Of([Port("o", "int64", true)], own.Outputs)));
        Assert.Equal("input 'x': expected float32[?,4], got float32[2,4]", own.WhyNotReplaceableBy(Of([Port("x", "float32[2,4]"), own.Inputs[1]], own.Outputs)));
        Assert.Equal("input 'o': expected an optional input, got a required one", own.WhyNotReplaceableBy(Of([own.Inputs[0], Port("o", "int64")], own.Outputs)));
        Assert.Equal("input 'new': expected no further required input, got one that callers do not pass", own.WhyNotReplaceableBy(Of([.. own.Inputs, Port("new", "int64")], own.Outputs)));
        Assert.Equal("output 'y': expected float32[?,2], got no such output", own.WhyNotReplaceableBy(Of(own.Inputs, [Port("z", "float32")])));
        Assert.Equal("output 'y': expected float32[?,2], got float32", own.WhyNotReplaceableBy(Of(own.Inputs, [Port("y", "float32")])));
        Assert.Null(own.WhyNotReplaceableBy(Of(own.Inputs, [Port("y", "float32[7,2]")])));

        // An input that callers need not give may become required to them only by name.
        Assert.Null(Of([Port("o", "int64")], []).WhyNotReplaceableBy(Of([Port("o", "int64", true)], [])));

        static ModelSignature Of(IReadOnlyList<PortSignature> inputs, IReadOnlyList<PortSignature> outputs) => new(inputs, outputs);
    }

    [Theory]
    [InlineData(0.5, 64)]
    [InlineData(0.9, 80)]
    [InlineData(0.95, 160)]
    [InlineData(0.999, 512)]
    public void Gauge_Bound_IsFixedWhenEightCallsLieBeyondIt(double quantile, int least)
    {
        var gauge = new LatencyGauge(quantile);
        for (int i = 0; i < least; i++)
        {
            Assert.False(gauge.IsReady);
            Assert.Equal(double.PositiveInfinity, gauge.Bound);
            gauge.Add(i);
        }

        Assert.True(gauge.IsReady);
        Assert.Equal((int)(quantile * least), gauge.Bound);
        gauge.Add(1e6);
        Assert.Equal((int)(quantile * least), gauge.Bound);
    }

    [Fact]
    public void Gauge_Bound_FollowsTheRecentTimes()
    {
        var gauge = new LatencyGauge(0.9);
        for (int i = 1; i <= 2000; i++)
        {
            gauge.Add(i);
            if (i is 80 or 143)
            {
                Assert.Equal(73, gauge.Bound);
            }
        }

        // Of the last 512: 1489 to 2000.
        Assert.Equal(1489 + 460, gauge.Bound);
    }

    [Fact]
    public async Task Slot_IsUnloadedAfterItsLastCallAndNeverBefore()
    {
        using var runner = new FakeRunner();
        int unloaded = 0;
        var slot = new VersionSlot(Folder("1"), runner, (_, error) => unloaded += error is null ? 1 : 100);
        Assert.Equal((0, 0L, false, "1"), (slot.InFlight, slot.Calls, slot.IsRetired, slot.Version));
        Assert.True(slot.TryAcquire());
        Assert.True(slot.TryAcquire());
        Assert.Equal((2, 2L), (slot.InFlight, slot.Calls));
        slot.Retire();
        slot.Retire();
        Assert.Equal((2, true), (slot.InFlight, slot.IsRetired));
        Assert.True(slot.TryAcquire());
        slot.Release();
        slot.Release();
        Assert.Equal(1, slot.InFlight);
        Assert.Equal(0, runner.DisposeCount);
        slot.Release();
        await Eventually.CompletesAsync(slot.Unloaded);
        Assert.Equal((1, 1, 0, 3L), (runner.DisposeCount, unloaded, slot.InFlight, slot.Calls));
        Assert.False(slot.TryAcquire());
        Assert.Equal(3, slot.Calls);
    }

    [Fact]
    public void Table_Choose_GoesByShares()
    {
        VersionSlot current = Slot("3");
        VersionSlot other = Slot("2");
        VersionSlot canary = Slot("4");
        var trial = new CanaryTrial(canary, new CanaryOptions(), 30, "salt", (_, _) => { }, _ => { });
        var table = new RoutingTable
        {
            Default = current,
            Trial = trial,
            Variants = [(other, 0.25), (current, 0.5)],
            VariantSalt = "v",
            Names = System.Collections.Frozen.FrozenDictionary<string, VersionSlot>.Empty,
            Fallbacks = [other],
        };
        int canaries = 0;
        int variants = 0;
        for (int i = 0; i < 3000; i++)
        {
            string key = $"user-{i}";
            Route route = table.Choose(new RunContext { RoutingKey = key });
            bool isCanary = StableHash.Share("salt", key) * 100 < 30;
            double share = StableHash.Share("v", key);
            (VersionSlot slot, string kind, CanaryTrial? heard) = isCanary ? (canary, "canary", trial) : share < 0.25 ? (other, "variant", null) : share < 0.5 ? (current, "variant", (CanaryTrial?)null) : (current, "default", trial);
            Assert.Equal(new Route(slot, kind, heard, isCanary, null), route);
            Route plain = table.Choose(null);
            canaries += plain.IsCanary ? 1 : 0;
            variants += plain.Kind == "variant" ? 1 : 0;
        }

        // 30 % and half of the rest, ± 6 standard deviations.
        Assert.InRange(canaries, 900 - 151, 900 + 151);
        Assert.InRange(variants, 1050 - 157, 1050 + 157);
        trial.Stop();
        Assert.DoesNotContain(Enumerable.Range(0, 300), i => table.Choose(new RunContext { RoutingKey = $"user-{i}" }).IsCanary);
    }

    [Fact]
    public void Table_After_GoesDownTheFallbacks()
    {
        VersionSlot[] slots = [Slot("5"), Slot("4"), Slot("3")];
        RoutingTable table = Table(slots[0], slots[1], slots[2]);
        Assert.Same(slots[1], table.After(null));
        Assert.Same(slots[1], table.After("5"));
        Assert.Same(slots[2], table.After("4"));
        Assert.Null(table.After("3"));
        Assert.Same(slots[0], table.After("9"));
        Assert.Null(Table(slots[0]).After(null));
        Assert.Null(Table(slots[0]).After("5"));

        static RoutingTable Table(VersionSlot current, params VersionSlot[] fallbacks) => new()
        {
            Default = current,
            Names = System.Collections.Frozen.FrozenDictionary<string, VersionSlot>.Empty,
            Fallbacks = fallbacks,
        };
    }

    private static VersionSlot Slot(string version) => new(Folder(version), new FakeRunner(FakeModel.Info("m", version)), (_, _) => { });

    private static VersionFolder Folder(string version) => new(version, "/none", "stamp", 1, []);

    private static PortSignature Port(string name, string text, bool isOptional = false)
    {
        int bracket = text.IndexOf('[', StringComparison.Ordinal);
        return new(
            name,
            bracket < 0 ? text : text[..bracket],
            bracket < 0 ? null : [.. text[(bracket + 1)..^1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(d => d == "?" ? (long?)null : long.Parse(d, System.Globalization.CultureInfo.InvariantCulture))],
            isOptional);
    }

    private static void AssertDifference(ModelValue got, ModelValue want, string? text, double largest = 0)
    {
        using (got)
        using (want)
        {
            Assert.Equal(text, ValueDifference.Find(got, want, 0, 0, out double seen));
            Assert.Equal(largest, seen);
        }
    }
}

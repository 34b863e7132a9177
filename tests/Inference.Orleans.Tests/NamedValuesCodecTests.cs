using Inference.Orleans.Payloads;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Inference.Orleans.Tests;

public sealed class NamedValuesCodecTests
{
    private static readonly Serializer s_serializer = new ServiceCollection().AddSerializer(b => b.AddAssembly(typeof(ReplicaCall).Assembly)).BuildServiceProvider().GetRequiredService<Serializer>();

    [Fact]
    public void RoundTrip_EveryElementType_KeepsBytesAndShapes()
    {
        using var values = new NamedValues();
        foreach (ElementType type in Enum.GetValues<ElementType>().Where(t => t.BitWidth() > 0))
        {
            TensorValue tensor = TensorValue.Allocate(type, [2, 4]);
            Random.Shared.NextBytes(tensor.AsWritableBytes());
            values[type.Name()] = tensor;
        }

        using NamedValues read = RoundTrip(values);

        Assert.Equal(values.Keys, read.Keys);
        foreach (string name in values.Keys)
        {
            Assert.Equal(values[name].AsBytes().ToArray(), read[name].AsBytes().ToArray());
            Assert.Equal((values[name].ElementType, "[2,4]"), (read[name].ElementType, TensorShape.Format(read[name].Shape)));
        }
    }

    [Fact]
    public void RoundTrip_OtherKinds_KeepsThem()
    {
        using var values = new NamedValues
        {
            ["texts"] = TensorValue.From(["", "ä", new string('x', 1000)]),
            ["scalar"] = TensorValue.Scalar(3L),
            ["empty"] = TensorValue.Copy<float>([], [0, 3]),
        };
        values.Add("sequence", new SequenceValue([TensorValue.Scalar(1f), TensorValue.From("a")]));
        values.Add("map", new MapValue(TensorValue.From(["k"]), TensorValue.From([2.5])));
        values.Add("some", new OptionalValue(TensorValue.Scalar(true)));
        values.Add("none", new OptionalValue(null));

        using NamedValues read = RoundTrip(values);

        Assert.Equal(["", "ä", new string('x', 1000)], read["texts"].AsSpan<string>().ToArray());
        Assert.Equal((0, 3L), (read["scalar"].Rank, read["scalar"].AsSpan<long>()[0]));
        Assert.Equal("[0,3]", TensorShape.Format(read["empty"].Shape));
        var sequence = Assert.IsType<SequenceValue>(read.GetValue("sequence"));
        Assert.Equal((2, 1f), (sequence.Count, ((TensorValue)sequence[0]).AsSpan<float>()[0]));
        var map = Assert.IsType<MapValue>(read.GetValue("map"));
        Assert.Equal(("k", 2.5), (map.Keys.AsSpan<string>()[0], map.Values.AsSpan<double>()[0]));
        Assert.True(((TensorValue)Assert.IsType<OptionalValue>(read.GetValue("some")).Value!).AsSpan<bool>()[0]);
        Assert.False(Assert.IsType<OptionalValue>(read.GetValue("none")).HasValue);
    }

    [Fact]
    public void Read_Truncated_ThrowsOurError()
    {
        using var values = new NamedValues { ["x"] = TensorValue.Copy<float>(new float[100], [100]) };
        byte[] bytes = s_serializer.SerializeToArray(values);

        // The dimension says more than the field holds.
        int at = bytes.AsSpan().IndexOf((byte)100);
        bytes[at] = 255;

        Assert.ThrowsAny<InferenceException>(() => s_serializer.Deserialize<NamedValues>(bytes));
    }

    private static NamedValues RoundTrip(NamedValues values) => s_serializer.Deserialize<NamedValues>(s_serializer.SerializeToArray(values))!;
}

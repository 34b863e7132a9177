namespace Inference.Tests.Splitting;

/// <summary>Runs the parts of a split one after the other.</summary>
internal static class SplitRun
{
    public static NamedValues Run(ModelSplit split, NamedValues inputs)
    {
        using NamedValues features = split.Branch.Run(Pick(split.Branch, inputs, null));
        return split.Rest.Run(Pick(split.Rest, inputs, features));
    }

    public static void AssertSame(NamedValues expected, NamedValues actual, string where)
    {
        Assert.Equal(expected.Select(e => e.Key), actual.Select(a => a.Key));
        foreach (KeyValuePair<string, ModelValue> output in expected)
        {
            var want = (TensorValue)output.Value;
            TensorValue got = actual[output.Key];
            Assert.True(want.ElementType == got.ElementType && want.Shape.SequenceEqual(got.Shape), $"{where}, {output.Key}: {want} and {got}");
            if (want.ElementType != ElementType.Float32)
            {
                Assert.True(want.AsBytes().SequenceEqual(got.AsBytes()), $"{where}, {output.Key}");
                continue;
            }

            // What was fused over the cut is rounded in other places.
            for (int i = 0; i < want.ElementCount; i++)
            {
                float a = want.AsSpan<float>()[i];
                float b = got.AsSpan<float>()[i];
                Assert.True(MathF.Abs(a - b) <= 1e-4f * (1 + MathF.Abs(a)) || a.Equals(b), $"{where}, {output.Key}[{i}]: {a} and {b}");
            }
        }
    }

    // Views of the same values: neither set owns them alone.
    private static NamedValues Pick(IModelRunner part, NamedValues inputs, NamedValues? features)
    {
        var picked = new NamedValues();
        foreach (ModelPort port in part.Info.Inputs)
        {
            if ((features is not null && features.TryGetValue(port.Name, out ModelValue? value)) || inputs.TryGetValue(port.Name, out value))
            {
                picked.Add(port.Name, value);
            }
        }

        return picked;
    }
}

namespace Inference.Abstractions.Tests.Values;

public sealed class NamedValuesTableTests
{
    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(500)]
    public void Lookup_AnyNumberOfNames_FindsEachAndNoOther(int count)
    {
        using var values = new NamedValues();
        for (int i = 0; i < count; i++)
        {
            values.Add($"v{i}", TensorValue.Copy([i], [1]));
        }

        using NamedValues copy = values.Retain();
        foreach (NamedValues set in (NamedValues[])[values, copy])
        {
            for (int i = 0; i < count; i++)
            {
                Assert.Equal(i, set[$"v{i}"].AsSpan<int>()[0]);
                Assert.Equal($"v{i}", set.GetAt(i).Key);
            }

            Assert.False(set.ContainsKey("v"));
            Assert.Equal(count, set.Keys.Count());
        }

        Assert.Throws<InferenceException>(() => values.Add($"v{count - 1}", TensorValue.Copy([0], [1])));
        values.SetValue("v0", TensorValue.Copy([7], [1]));
        Assert.Equal(7, values["v0"].AsSpan<int>()[0]);
        values.Dispose();
        Assert.False(values.ContainsKey("v0"));
        values.Add("v0", TensorValue.Copy([8], [1]));
        Assert.Equal(8, values["v0"].AsSpan<int>()[0]);
    }
}

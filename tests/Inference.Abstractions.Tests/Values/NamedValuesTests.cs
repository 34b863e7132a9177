namespace Inference.Abstractions.Tests.Values;

public sealed class NamedValuesTests
{
    [Fact]
    public void Snapshot_SetChangedAfterwards_KeepsWhatWasThere()
    {
        using TensorValue a = TensorValue.Copy([1f], [1]);
        using TensorValue b = TensorValue.Copy([2f], [1]);
        var values = new NamedValues { ["x"] = a };
        NamedValues snapshot = values.Snapshot();
        values["x"] = b;
        values["y"] = b;
        Assert.Single(snapshot);
        Assert.Same(a, snapshot["x"]);
    }

    [Fact]
    public void Retain_OneValueDisposed_RetainsNone()
    {
        TensorValue a = TensorValue.Copy([1f], [1]);
        TensorValue b = TensorValue.Copy([2f], [1]);
        b.Dispose();
        var values = new NamedValues { ["a"] = a, ["b"] = b };
        Assert.Throws<ObjectDisposedException>(() => values.Retain());
        a.AsWritableSpan<float>()[0] = 3f;
        a.Dispose();
        Assert.Throws<ObjectDisposedException>(() => a.AsBytes());
    }

    [Fact]
    public async Task Regression_Read_WhileAnotherThreadDisposes_FindsAValueOrThrowsOurs()
    {
        for (int round = 0; round < 2000; round++)
        {
            var values = new NamedValues { ["a"] = TensorValue.Copy([1f], [1]), ["b"] = TensorValue.Copy([1f], [1]) };
            Task disposal = Task.Run(values.Dispose);
            try
            {
                NamedValues snapshot = values.Snapshot();
                foreach (KeyValuePair<string, ModelValue> item in snapshot)
                {
                    Assert.NotNull(item.Value);
                }

                Assert.True(!values.TryGetValue("b", out ModelValue? b) || b is not null);
            }
            catch (InferenceException)
            {
                // It says that the set was disposed meanwhile.
            }

            await disposal;
        }
    }
}

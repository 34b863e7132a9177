using System.Buffers;
using Inference.Monitoring.Collection;
using Inference.TestSupport;

namespace Inference.Monitoring.Tests.Collection;

[Collection(AloneCollection.Name)]
public class HeldTensorTests
{
    [Fact]
    public void Collect_OutputDisposedMeanwhile_ItsMemoryIsNotReused()
    {
        ReferenceProfile profile = Rows.Profile();
        var collector = new Collector(profile.WindowLayout);
        TensorValue output = TensorValue.Allocate(ElementType.Float32, [1, FakeModel.OutputWidth]);
        nint address = AddressOf(output);
        bool reused = false;
        using var memory = new ReadMemory(new float[FakeModel.InputWidth]);
        using TensorValue input = TensorValue.Borrow<float>(memory.Memory, [1, FakeModel.InputWidth]);
        using var inputs = new NamedValues { [FakeModel.Input] = input };
        var outputs = new NamedValues { [FakeModel.Output] = output };
        memory.OnRead = () =>
        {
            memory.OnRead = null;
            output.Dispose();
            using TensorValue next = TensorValue.Allocate(ElementType.Float32, [1, FakeModel.OutputWidth]);
            reused = AddressOf(next) == address;
        };
        Assert.Throws<ObjectDisposedException>(() => collector.Collect(inputs, outputs));
        Assert.Null(memory.OnRead);
        Assert.False(reused);

        // All of the call is counted, what was disposed as missing.
        MonitoringWindow window = collector.Drain(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
        Assert.Equal((1, 1), (window.Rows, window.MismatchedCalls));
        for (int c = 0; c < window.ColumnCount; c++)
        {
            long rows = 0;
            foreach (long count in window.Counts(c))
            {
                rows += count;
            }

            Assert.Equal(1, rows);
        }

        Assert.Equal(1, window.Counts(profile.FindColumn("y[0]")!.Place)[^1]);

        // The hold has ended: the memory is free.
        TensorValue[] after = [.. Enumerable.Range(0, 16).Select(_ => TensorValue.Allocate(ElementType.Float32, [1, FakeModel.OutputWidth]))];
        Assert.Contains(address, after.Select(AddressOf));
        Array.ForEach(after, static t => t.Dispose());
    }

    private static unsafe nint AddressOf(TensorValue tensor)
    {
        using MemoryHandle handle = tensor.Pin();
        return (nint)handle.Pointer;
    }

    /// <summary>Memory that tells when it is read.</summary>
    private sealed class ReadMemory(float[] data) : MemoryManager<float>
    {
        public Action? OnRead { get; set; }

        public override Span<float> GetSpan()
        {
            OnRead?.Invoke();
            return data;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => new ReadOnlyMemory<float>(data)[elementIndex..].Pin();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}

using System.Buffers;
using Inference.TestSupport;

namespace Inference.Caching.Tests;

/// <summary>A row's bytes are read once for its key, whatever becomes of it, and once to compare or to keep them.</summary>
public class HashOnceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Missing_EachRowIsHashedOnceAndCopiedOnce(int rows)
    {
        using var f = Open();
        Assert.Equal(2 * rows, await ReadsAsync(f, rows));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Hit_EachRowIsHashedOnceAndComparedOnce(int rows)
    {
        using var f = Open();
        await ReadsAsync(f, rows);
        Assert.Equal(2 * rows, await ReadsAsync(f, rows));
    }

    [Fact]
    public async Task SomeMissing_EachRowIsHashedOnce()
    {
        using var f = Open();
        await ReadsAsync(f, 3);
        // Hashed, compared or copied, and read together to be run.
        Assert.Equal((2 * 5) + 1, await ReadsAsync(f, 5));
    }

    [Fact]
    public async Task FlightGivenUp_RowsAreNotHashedAgain()
    {
        using var f = Open();
        f.Model.Gate.Close();
        using var cancel = new CancellationTokenSource();
        Task<int> leader = ReadsAsync(f, 1, cancel.Token);
        Task<int> follower = ReadsAsync(f, 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        f.Model.Gate.Open();

        // Hashed, compared with the flight that was given up, and copied for its own.
        Assert.Equal(3, await Eventually.CompletesAsync(follower));
    }

    private static CachingFixture Open() => new(model: new FakeRunner(compute: x => new NamedValues { ["y"] = TensorValue.Allocate(ElementType.Float32, [x["x"].Shape[0], 2]) }));

    // How often a part of the tensor is read as bytes while it is answered; the model itself does not.
    private static async Task<int> ReadsAsync(CachingFixture f, int rows, CancellationToken cancellationToken = default)
    {
        float[] values = [.. Enumerable.Range(0, rows * FakeModel.InputWidth).Select(i => (float)i)];
        var tensor = new CountingTensor(TensorValue.Copy<float>(values, [rows, FakeModel.InputWidth]));
        using NamedValues outputs = await f.Runner.RunAsync(new NamedValues { ["x"] = tensor }, null, cancellationToken);
        return tensor.Reads;
    }

    private sealed class CountingTensor(TensorValue inner) : TensorValue(inner.ElementType, inner.Shape)
    {
        public int Reads { get; private set; }

        public override ReadOnlySpan<T> AsSpan<T>() => inner.AsSpan<T>();

        public override Span<T> AsWritableSpan<T>() => inner.AsWritableSpan<T>();

        public override ReadOnlySpan<byte> AsBytes()
        {
            Reads++;
            return inner.AsBytes();
        }

        public override Span<byte> AsWritableBytes() => inner.AsWritableBytes();

        public override MemoryHandle Pin() => inner.Pin();

        public override TensorValue Retain() => inner.Retain();

        public override void Dispose() => inner.Dispose();
    }
}

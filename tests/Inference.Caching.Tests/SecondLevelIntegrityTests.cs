using System.Runtime.InteropServices;
using Inference.Caching.SecondLevel;
using Inference.Caching.Units;
using Inference.TestSupport;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Logging;

namespace Inference.Caching.Tests;

/// <summary>What the second level gives back is served only where it is what was written, for that row, by a model of this signature.</summary>
public sealed class SecondLevelIntegrityTests : SecondLevelTest
{
    private const int Corruptions = 10_000;
    private const int Rows64 = 64;

    [Fact]
    public async Task Corrupted_InAnyWay_IsNeverServed()
    {
        (string[] keys, byte[][] values) = await WrittenAsync();
        var random = new Random(18);
        var cache = new OneEntryCache();
        using var f = new CachingFixture(o => (o.SecondLevel.Enabled, o.SecondLevel.EraseDelay) = (true, TimeSpan.Zero), new FakeRunner(FakeModel.Info(Model)), cache, Clock);
        for (int i = 0; i < Corruptions; i++)
        {
            int row = random.Next(Rows64);
            byte[] bad = Corrupt(random, i % 6, values[row], values[(row + 1 + random.Next(Rows64 - 1)) % Rows64]);
            Assert.NotEqual(values[row], bad);
            cache.Entry = (keys[row], bad);
            f.Control.Clear();
            Assert.Equal(CachingFixture.Expected(row), await f.Call(row));
            Assert.Equal(i + 1, f.Model.Calls);
        }

        Assert.Equal((0, Corruptions), (Second("hit"), Second("refused")));
    }

    [Fact]
    public async Task Untouched_IsServed()
    {
        (string[] keys, byte[][] values) = await WrittenAsync();
        using CachingFixture f = Open();
        for (int row = 0; row < Rows64; row++)
        {
            Assert.Equal(values[row], Cache.Items[keys[row]]);
            Assert.Equal(CachingFixture.Expected(row), await f.Call(row));
        }

        Assert.Equal((0, Rows64, 0), (f.Model.Calls, Second("hit"), Second("refused")));
    }

    // The checksum is right in all of these: whoever wrote them had another idea of the model.
    [Theory]
    [InlineData("y", ElementType.Int32, new long[] { 2 })]
    [InlineData("y", ElementType.Float16, new long[] { 2 })]
    [InlineData("z", ElementType.Float32, new long[] { 2 })]
    [InlineData("y", ElementType.Float32, new long[] { 1 })]
    [InlineData("y", ElementType.Float32, new long[] { 3 })]
    [InlineData("y", ElementType.Float32, new long[] { 2, 1 })]
    [InlineData("y", ElementType.Float32, new long[0])]
    [InlineData("y", ElementType.Float32, new long[] { 2 }, 2)]
    [InlineData("y", ElementType.Float32, new long[] { 2 }, 1, true)]
    public async Task Sealed_ButOfAnotherLayout_IsRefused(string name, ElementType type, long[] shape, int outputs = 1, bool whole = false)
    {
        string key = await WriteOneAsync();
        Cache.Items[key] = Sealed(key, name, type, shape, outputs, whole);
        using CachingFixture f = Open();
        Assert.Equal(CachingFixture.Expected(1), await f.Call(1));
        Assert.Equal((1, 1, 0), (f.Model.Calls, Second("refused"), Second("hit")));
    }

    [Fact]
    public async Task Sealed_OfTheSignature_IsServed()
    {
        string key = await WriteOneAsync();
        Cache.Items[key] = Sealed(key, "y", ElementType.Float32, [2], 1, whole: false);
        using CachingFixture f = Open();
        Assert.Equal((float[])[0, 0], await f.Call(1));
        Assert.Equal(0, f.Model.Calls);
    }

    // Whoever knows the checksum can have a wrong answer served, but not an error.
    [Fact]
    public async Task Sealed_AnyBytes_AreNoError()
    {
        string key = await WriteOneAsync();
        byte[] body = Cache.Items[key][..^16];
        var cache = new OneEntryCache();
        var random = new Random(19);
        using var f = new CachingFixture(o => (o.SecondLevel.Enabled, o.SecondLevel.EraseDelay) = (true, TimeSpan.Zero), new FakeRunner(FakeModel.Info(Model)), cache, Clock);
        for (int i = 0; i < Corruptions; i++)
        {
            byte[] bad = [.. body];
            for (int change = random.Next(4); change >= 0; change--)
            {
                bad[random.Next(1, bad.Length)] = (byte)(random.Next(2) == 0 ? random.Next(256) : 0x7F + random.Next(2));
            }

            bad = random.Next(4) == 0 ? bad[..random.Next(bad.Length)] : bad;
            cache.Entry = (key, EntrySeal.Close(key, bad));
            f.Control.Clear();
            Assert.Equal(FakeModel.OutputWidth, (await f.Call(1)).Length);
        }

        Assert.Equal((0, Corruptions), (Second("error"), Second("refused") + Second("hit")));
    }

    [Fact]
    public void Codec_PortsThatAddUpBeyond32Bits_AreNone()
    {
        UnitPort[] ports = [.. Enumerable.Range(0, 4).Select(i => new UnitPort($"p{i}", ElementType.UInt8, [0x7FFF_FFF0], 0x7FFF_FFF0, 0))];
        byte[] body = UnitCodec.Encode(2, UnitLayout.Of(ports, whole: false), new UnitData([1, 2, 3], []));
        Assert.Null(UnitCodec.TryDecode(2, body));
    }

    [Fact]
    public void Signature_SizesWithAnInputsSymbol_AreTheInputs()
    {
        ModelInfo info = FakeModel.Info() with
        {
            Inputs = [Port("x", Dimension.Named("N"), Dimension.Named("L")), Port("w", Dimension.Named("N"), Dimension.Named("K")), Port("v", Dimension.Named("N"), Dimension.Named("K"))],
            Outputs = [Port("y", Dimension.Named("N"), Dimension.Named("L"), Dimension.Named("K"), Dimension.Named("M"))],
        };
        var signature = new OutputSignature(info, whole: false);
        UnitLayout inputs = UnitLayout.Of([Unit("x", 7), Unit("w", 3), Unit("v", 3)], whole: false);
        Assert.Null(signature.WhyNot(inputs, UnitLayout.Of([Unit("y", 7, 3, 99)], whole: false)));
        Assert.Contains("[8,3,99]", signature.WhyNot(inputs, UnitLayout.Of([Unit("y", 8, 3, 99)], whole: false)), StringComparison.Ordinal);
        Assert.NotNull(signature.WhyNot(inputs, UnitLayout.Of([Unit("y", 7, 4, 99)], whole: false)));

        // Inputs that contradict each other say nothing.
        inputs = UnitLayout.Of([Unit("x", 7), Unit("w", 3), Unit("v", 4)], whole: false);
        Assert.Null(signature.WhyNot(inputs, UnitLayout.Of([Unit("y", 7, 5, 1)], whole: false)));

        static ModelPort Port(string name, params Dimension[] shape) => new(name, ModelValueType.Tensor(ElementType.Float32, shape));
        static UnitPort Unit(string name, params long[] shape) => new(name, ElementType.Float32, shape, (int)TensorShape.Count(shape), 4 * (int)TensorShape.Count(shape));
    }

    [Fact]
    public async Task Outputs_OtherThanDeclared_AreNotWritten()
    {
        var model = new FakeRunner(FakeModel.Info(Model), _ => new NamedValues { ["y"] = TensorValue.Copy<int>([1, 2], [1, 2]) });
        using CachingFixture f = Open(model: model);
        using NamedValues inputs = FakeModel.Rows(1);
        (await f.Runner.RunAsync(inputs)).Dispose();
        Assert.Equal((1, 0), (Second("dropped"), Cache.Rows));
    }

    [Fact]
    public async Task Refused_IsLoggedOnceAMinuteWithTheirNumber()
    {
        var cache = new OneEntryCache { Entry = (await WriteOneAsync(), [1, 2, 3]) };
        var lines = new LogLines();
        using IModelRunner runner = new FakeRunner(FakeModel.Info(Model)).AsBuilder()
            .UseCaching(o => (o.Adaptive, o.SecondLevel.Enabled) = (false, true))
            .Build(TestServices.WithClock(Clock).Add<IDistributedCache>(cache).Add<ILoggerFactory>(lines));
        for (int i = 0; i < 5; i++)
        {
            await AskAsync();
        }

        Assert.Single(lines.All, IsRefusal);
        Clock.Advance(TimeSpan.FromSeconds(60));
        await AskAsync();
        string[] told = Array.FindAll(lines.All, IsRefusal);
        Assert.Equal(2, told.Length);
        Assert.Equal($"Inference.Caching|Warning|Model '{Model}': 1 entries of the second level were refused and count as missing; the last one because its checksum is not that of its bytes and key. Look for what damages or writes them.", told[0]);
        Assert.Contains(": 5 entries", told[1], StringComparison.Ordinal);

        static bool IsRefusal(string line) => line.Contains("refused", StringComparison.Ordinal);

        async Task AskAsync()
        {
            runner.GetService<Inference.Status.ICacheControl>()!.Clear();
            using NamedValues inputs = FakeModel.Rows(1);
            (await runner.RunAsync(inputs)).Dispose();
        }
    }

    [Fact]
    public async Task Protected_EntriesOfOthers_AreRefused()
    {
        static byte[] Turn(string? tenant, byte[] bytes) => [.. bytes.Select(b => (byte)~b)];
        using CachingFixture one = Open(o => (o.SecondLevel.Protect, o.SecondLevel.Unprotect) = (Turn, Turn));
        await one.Call([1, 2]);
        await Eventually.TrueAsync(() => Cache.Rows == 2);
        string[] keys = [.. Cache.Items.Keys];
        (Cache.Items[keys[0]], Cache.Items[keys[1]]) = (Cache.Items[keys[1]], Cache.Items[keys[0]]);
        using CachingFixture two = Open(o => (o.SecondLevel.Protect, o.SecondLevel.Unprotect) = (Turn, Turn));
        Assert.Equal(CachingFixture.Expected(1, 2), await two.Call([1, 2]));
        Assert.Equal((2, 0), (Second("refused"), Second("hit")));
    }

    private async Task<(string[] Keys, byte[][] Values)> WrittenAsync()
    {
        var keys = new string[Rows64];
        var values = new byte[Rows64][];
        using CachingFixture f = Open();
        for (int row = 0; row < Rows64; row++)
        {
            var before = new HashSet<string>(Cache.Items.Keys);
            await f.Call(row);
            await Eventually.TrueAsync(() => Cache.Rows == row + 1);
            keys[row] = Assert.Single(Cache.Items.Keys, k => !before.Contains(k));
            values[row] = Cache.Items[keys[row]];
        }

        return (keys, values);
    }

    private async Task<string> WriteOneAsync()
    {
        using CachingFixture f = Open();
        await f.Call(1);
        await Eventually.TrueAsync(() => Cache.Rows == 1);
        return Assert.Single(Cache.Items.Keys);
    }

    private static byte[] Sealed(string key, string name, ElementType type, long[] shape, int outputs, bool whole)
    {
        int elements = (int)TensorShape.Count(shape);
        int bytes = (int)type.ByteCount(elements);
        UnitLayout layout = UnitLayout.Of([.. Enumerable.Range(0, outputs).Select(i => new UnitPort(i == 0 ? name : $"{name}{i}", type, shape, elements, bytes))], whole);
        return EntrySeal.Close(key, UnitCodec.Encode(2, layout, new UnitData(new byte[layout.Bytes], [])));
    }

    private static byte[] Corrupt(Random random, int kind, byte[] value, byte[] other)
    {
        byte[] bad = [.. value];
        switch (kind)
        {
            case 0:
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
                return bad;
            case 1:
                return bad[..random.Next(bad.Length)];
            case 2:
                byte[] more = new byte[1 + random.Next(32)];
                random.NextBytes(more);
                return random.Next(2) == 0 ? [.. bad, .. more] : [.. more, .. bad];
            case 3:
                return [.. other];
            case 4:
                // The end of another row's entry: from within the last number, so that it differs.
                int cut = bad.Length - 16 - 1 - random.Next(4);
                return random.Next(2) == 0 ? [.. bad[..cut], .. other[cut..]] : [.. other[..cut], .. bad[cut..]];
            default:
                // Format, layout kind, count, then the name 'y' (length and one character): the element type stands behind.
                const int TypeAt = 1 + 1 + 4 + 4 + 2;
                Assert.Equal((int)ElementType.Float32, MemoryMarshal.Read<int>(bad.AsSpan(TypeAt)));
                MemoryMarshal.Write(bad.AsSpan(TypeAt), (int)(random.Next(2) == 0 ? ElementType.Int32 : ElementType.UInt32));
                return bad;
        }
    }

    /// <summary>Gives one entry out, and keeps nothing that is written.</summary>
    private sealed class OneEntryCache : IDistributedCache
    {
        public (string Key, byte[] Value) Entry { get; set; }

        public byte[]? Get(string key) => key == Entry.Key ? Entry.Value : null;

        public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Task.FromResult(Get(key));

        public void Refresh(string key)
        {
        }

        public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

        public void Remove(string key)
        {
        }

        public Task RemoveAsync(string key, CancellationToken token = default) => Task.CompletedTask;

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
        {
        }

        public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) => Task.CompletedTask;
    }
}

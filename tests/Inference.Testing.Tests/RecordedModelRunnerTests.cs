using Inference.TestSupport;

namespace Inference.Testing.Tests;

/// <summary>Calls written to a file and answered from it.</summary>
public sealed class RecordedModelRunnerTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"inference-recorded-{Guid.NewGuid():N}.txt");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Replay_OfRecordedCalls_IsBitForBit()
    {
        byte[] first, second;
        using (var recorder = RecordedModelRunner.Record(new FakeRunner(FakeModel.Info("m", "3")), _file))
        {
            first = await BytesAsync(recorder, 1);
            second = await BytesAsync(recorder, float.NaN);
            await BytesAsync(recorder, 1);
        }

        Assert.Equal(3, File.ReadAllLines(_file).Length);
        using var replay = RecordedModelRunner.Replay(_file);
        Assert.Equal("m 3 x: float32[N,4] y: float32[N,2]", $"{replay.Info.Name} {replay.Info.Version} {replay.Info.Inputs[0]} {replay.Info.Outputs[0]}");
        Assert.Equal(first, await BytesAsync(replay, 1));
        Assert.Equal(second, await BytesAsync(replay, float.NaN));
    }

    [Fact]
    public async Task Replay_OfOtherInputs_IsRefused()
    {
        using (var recorder = RecordedModelRunner.Record(new FakeRunner(), _file))
        {
            await BytesAsync(recorder, 1);
        }

        using var replay = RecordedModelRunner.Replay(_file);
        InferenceException error = await Assert.ThrowsAsync<InferenceException>(() => BytesAsync(replay, 2));
        Assert.Contains("expected one of the 1 recorded calls of", error.Message, StringComparison.Ordinal);
        Assert.Contains("x float32[1,4]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_OfAnyCharacters_AreKept()
    {
        using (var recorder = RecordedModelRunner.Record(new FakeModelRunner("echo", "x: string[N]", "y: string[N]", i => new NamedValues { ["y"] = i["x"].Retain() }), _file))
        {
            Echo(recorder);
        }

        Assert.Equal(["a\uD801", "", "ü\n\""], Echo(RecordedModelRunner.Replay(_file)));

        static string[] Echo(IModelRunner runner)
        {
            using var inputs = new NamedValues { ["x"] = TensorValue.From(["a\uD801", "", "ü\n\""]) };
            using NamedValues outputs = runner.Run(inputs);
            return outputs["y"].AsSpan<string>().ToArray();
        }
    }

    [Theory]
    [InlineData("", "got an empty file")]
    [InlineData("{}", "line 1: expected a recorded model")]
    [InlineData("x", "line 1: expected a recorded model")]
    public void Replay_OfAnotherFile_IsRefused(string text, string expected)
    {
        File.WriteAllText(_file, text);
        Assert.Contains(expected, Assert.Throws<InferenceException>(() => RecordedModelRunner.Replay(_file)).Message, StringComparison.Ordinal);
    }

    private static async Task<byte[]> BytesAsync(IModelRunner runner, float id)
    {
        using NamedValues inputs = FakeModel.Rows(id);
        using NamedValues outputs = await runner.RunAsync(inputs);
        return outputs["y"].AsBytes().ToArray();
    }
}

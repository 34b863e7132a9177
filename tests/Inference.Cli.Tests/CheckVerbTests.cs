using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Inference.Cli.Running;
using Inference.Onnx;
using Inference.Optimization.Gate;
using Inference.TestSupport;

namespace Inference.Cli.Tests;

/// <summary>The verb check on models with planted faults: exit codes, and the verdict in each form.</summary>
public sealed class CheckVerbTests : IDisposable
{
    private const int Rows = 4_000;
    private readonly TemporaryFolder _folder = new();

    public CheckVerbTests()
    {
        WriteRows("rows.csv", Rows, 1);
        Model().Save(In("base.onnx"));
        Model(bias: 0.002f).Save(In("good.onnx"));
        Model(bias: 0.7f).Save(In("worse.onnx"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_AlmostTheSame_PassesWithEveryForm()
    {
        (int code, string output, string error) = await CheckAsync("good.onnx", "--max-bytes", "100000", "--same-signature", "--scan", "--slices", "group", "--max-slice-drop", "2%", "--junit", In("j.xml"), "--markdown", In("m.md"));
        Assert.True(code == ExitCodes.Done, output + error);
        Assert.StartsWith($"{In("good.onnx")}: passed: 10 rules met", output, StringComparison.Ordinal);
        XElement suite = XDocument.Load(In("j.xml")).Root!.Element("testsuite")!;
        Assert.Equal(("10", "0", "0"), ((string)suite.Attribute("tests")!, (string)suite.Attribute("failures")!, (string)suite.Attribute("skipped")!));
        Assert.Equal(10, suite.Elements("testcase").Count());
        string markdown = await File.ReadAllTextAsync(In("m.md"));
        Assert.StartsWith("### ✅ Check of <code>", markdown, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp"));
    }

    [Fact]
    public async Task Check_WorseThanTheMargin_IsRefusedInEveryForm()
    {
        (int code, string output, _) = await CheckAsync("worse.onnx", "--json", "--junit", In("j.xml"), "--markdown", In("m.md"));
        Assert.Equal(ExitCodes.BoundNotMet, code);
        GateResult result = GateResult.Parse(output);
        GateRule rule = Assert.Single(result.Rules, static r => r.Refuses);
        Assert.Equal(("metric", "accuracy"), (rule.Rule, rule.Subject));
        Assert.Equal(Digest("rows.csv"), result.Data.Sha256);
        Assert.Equal(Digest("worse.onnx"), result.Candidate.Digest);
        using (JsonDocument document = JsonDocument.Parse(output))
        {
            Assert.False(document.RootElement.GetProperty("passed").GetBoolean());
            Assert.Equal(0.01, document.RootElement.GetProperty("options").GetProperty("maxDrop").GetDouble());
        }

        XElement failure = Assert.Single(XDocument.Load(In("j.xml")).Descendants("failure"));
        Assert.Equal("metric: accuracy", (string)failure.Parent!.Attribute("name")!);
        Assert.Contains("worse: the whole interval lies above the margin", (string)failure.Attribute("message")!, StringComparison.Ordinal);
        Assert.Contains("| ❌ | metric | <code>accuracy</code> |", await File.ReadAllTextAsync(In("m.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_SameBytes_Passes()
    {
        File.Copy(In("base.onnx"), In("copy.onnx"));
        (int code, string output, string error) = await CheckAsync("copy.onnx", "--max-drop", "0", "--max-p95-ratio", "1", "--same-signature", "--slices", "group", "--max-slice-drop", "0");
        Assert.True(code == ExitCodes.Done, output + error);
        Assert.Contains("the same bytes as the baseline: not measured", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_Larger_IsRefusedWithItsExternalData()
    {
        Model(bias: 0.002f).Save(In("large.onnx"), new OnnxWriteOptions { ExternalDataThreshold = 1 });
        long bytes = new FileInfo(In("large.onnx")).Length;
        Assert.Equal(ExitCodes.BoundNotMet, (await CheckAsync("large.onnx", "--max-bytes", $"{bytes}")).Code);
        Assert.Equal(ExitCodes.Done, (await CheckAsync("large.onnx", "--max-bytes", $"{bytes + new FileInfo(In("large.onnx.data")).Length}")).Code);
    }

    [Fact]
    public async Task Check_MuchSlower_IsRefused()
    {
        Model(bias: 0.002f, work: 400).Save(In("slow.onnx"));
        (int code, string output, _) = await CheckAsync("slow.onnx", "--max-p95-ratio", "1.3");
        Assert.Equal(ExitCodes.BoundNotMet, code);
        Assert.Contains("latency", Assert.Single(output.Split('\n'), static line => line.StartsWith("REFUSED", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_Signed_PassesUntilAByteChanges()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(In("private.pem"), key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(In("public.pem"), key.ExportSubjectPublicKeyInfoPem());
        (int code, string output, _) = await CheckAsync("good.onnx", "--signed", In("public.pem"));
        Assert.Equal(ExitCodes.BoundNotMet, code);
        Assert.Contains("the candidate was not loaded", output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, (await RunAsync("sign", In("good.onnx"), "--key", In("private.pem"))).Code);
        Assert.Equal(ExitCodes.Done, (await CheckAsync("good.onnx", "--signed", In("public.pem"))).Code);
        Model(bias: 0.003f).Save(In("good.onnx"));
        (code, output, _) = await CheckAsync("good.onnx", "--signed", In("public.pem"));
        Assert.Equal(ExitCodes.BoundNotMet, code);
        Assert.Contains("expected SHA-256", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_HostileFile_IsRefusedByScanAndNotLoaded()
    {
        Model().Save(In("hostile.onnx"), new OnnxWriteOptions { ExternalDataThreshold = 1 });
        string bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(In("hostile.onnx")));
        await File.WriteAllBytesAsync(In("hostile.onnx"), Encoding.Latin1.GetBytes(bytes.Replace("hostile.onnx.data", "../../../../etc/x", StringComparison.Ordinal)));
        (int code, string output, string error) = await CheckAsync("hostile.onnx", "--scan", "--json");
        Assert.True(code == ExitCodes.BoundNotMet, output + error);
        GateResult result = GateResult.Parse(output);
        Assert.Equal(["scan", "metric"], result.Rules.Select(static r => r.Rule));
        Assert.All(result.Rules, static r => Assert.True(r.Refuses));
    }

    [Fact]
    public async Task Check_OutputsOfAnotherRange_AreRefusedByTheProfile()
    {
        Assert.Equal(ExitCodes.Done, (await RunAsync("monitor", "profile", In("base.onnx"), "--data", In("rows.csv"), "--labels", "label", "-o", In("p"))).Code);
        WriteRows("later.csv", Rows, 2);
        (int code, string output, string error) = await CheckAsync("good.onnx", "later.csv", "--profile", In("p"));
        Assert.True(code == ExitCodes.Done, output + error);

        // The classes are the same, the scores are not.
        Model(scale: 3).Save(In("scaled.onnx"));
        (code, output, _) = await CheckAsync("scaled.onnx", "later.csv", "--profile", In("p"));
        Assert.Equal(ExitCodes.BoundNotMet, code);
        Assert.Contains(output.Split('\n'), static line => line.StartsWith("REFUSED  drift", StringComparison.Ordinal) && line.Contains("y[1]", StringComparison.Ordinal));
        Assert.Contains("metric", Assert.Single(output.Split('\n'), static line => line.StartsWith("passed", StringComparison.Ordinal) && line.Contains("accuracy", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfAPublishedVersion_IsRepeatedByItsManifest()
    {
        Assert.Equal(ExitCodes.Done, (await RunAsync("monitor", "profile", In("base.onnx"), "--data", In("rows.csv"), "--labels", "label", "-o", In("p"))).Code);
        Directory.CreateDirectory(In("models"));
        Assert.Equal(ExitCodes.Done, (await RunAsync("publish", In("base.onnx"), In("models/ranker"), "--reason", "first")).Code);
        (int code, string output, string error) = await CheckAsync(
            "good.onnx", "--profile", In("p"), "--slices", "group", "--max-slice-drop", "2%", "--max-bytes", "100KB", "--same-signature", "--scan", "--seed", "3", "--json");
        Assert.True(code == ExitCodes.Done, output + error);
        await File.WriteAllTextAsync(In("check.json"), output);
        Assert.Equal(ExitCodes.Done, (await RunAsync("publish", In("good.onnx"), In("models/ranker"), "--check", In("check.json"), "--reason", "better")).Code);
        string command = (await RunAsync("versions", In("models/ranker"), "--check-command", "2")).Output.Trim();

        // Rows are named without their folder.
        string[] words = command.Split(' ');
        Assert.Equal(["inference", "check", In("models/ranker/2"), "--against", In("models/ranker/1"), "--data", "rows.csv"], words[..7]);
        words[6] = In("rows.csv");
        (code, string again, error) = await RunAsync([.. words[1..], "--json"]);
        Assert.True(code == ExitCodes.Done, again + error);
        (GateResult before, GateResult after) = (GateResult.Parse(output), GateResult.Parse(again));
        // A version's folder has a manifest besides.
        Assert.Equal(Said(before.Rules), Said(after.Rules.Where(static r => r.Rule is not ("golden" or "manifest"))));
        Assert.Equal((before.Candidate.Digest, before.Baseline!.Digest, before.Data.Sha256, before.Seed), (after.Candidate.Digest, after.Baseline!.Digest, after.Data.Sha256, after.Seed));

        static IEnumerable<(string, GateOutcome, double?, double?)> Said(IEnumerable<GateRule> rules) => rules.Select(static r => (r.Rule, r.Outcome, r.Figure, r.Bound));
    }

    [Fact]
    public async Task Check_VersionFolder_MustReproduceItsGoldenRows()
    {
        Directory.CreateDirectory(In("ranker/2"));
        Model(bias: 0.002f).Save(In("ranker/2/model.onnx"));
        await ManifestAsync("2.002");
        (int code, string output, string error) = await CheckAsync("ranker/2");
        Assert.True(code == ExitCodes.Done, output + error);
        Assert.Contains("golden", output, StringComparison.Ordinal);
        await ManifestAsync("2.5");
        (code, output, _) = await CheckAsync("ranker/2");
        Assert.Equal(ExitCodes.BoundNotMet, code);
        Assert.Contains("does not reproduce its golden rows", output, StringComparison.Ordinal);

        Task ManifestAsync(string answer) => File.WriteAllTextAsync(
            In("ranker/2/manifest.json"),
            $$$$$"""{"format":1,"golden":{"cases":[{"inputs":{"x":{"shape":[1,2],"data":[2,0]}},"outputs":{"y":{"shape":[1,2],"data":[0,{{{{{answer}}}}}]}}}]}}""");
    }

    [Fact]
    public async Task Check_OtherSignature_IsRefused()
    {
        Model(output: "z").Save(In("other.onnx"));
        Assert.Equal(ExitCodes.BoundNotMet, (await CheckAsync("other.onnx", "--same-signature")).Code);
    }

    [Fact]
    public async Task Check_AnotherModelsRows_IsAnError()
    {
        await File.WriteAllTextAsync(In("other.csv"), "height,label\n1.5,1\n1.6,0\n");
        (int code, _, string error) = await CheckAsync("good.onnx", "other.csv");
        Assert.Equal(ExitCodes.Failed, code);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Check_LabelsThatCannotBeJudgedBy_AreErrorsOrRefused()
    {
        string rows = await File.ReadAllTextAsync(In("rows.csv"));
        string[] lines = rows.Split('\n');
        await File.WriteAllTextAsync(In("one.csv"), string.Join('\n', lines[..2]) + "\n");
        Assert.Equal(ExitCodes.BoundNotMet, (await CheckAsync("good.onnx", "one.csv")).Code);
        await File.WriteAllTextAsync(In("none.csv"), lines[0] + "\n");
        Assert.Equal(ExitCodes.Failed, (await CheckAsync("good.onnx", "none.csv")).Code);
        await File.WriteAllTextAsync(In("nan.csv"), string.Join('\n', lines[..100]) + "\n0.5,0.5,NaN,0\n");
        Assert.Equal(ExitCodes.Failed, (await CheckAsync("good.onnx", "nan.csv")).Code);
        await File.WriteAllTextAsync(In("range.csv"), string.Join('\n', lines[..100]) + "\n0.5,0.5,9,0\n");
        (int code, string output, string error) = await CheckAsync("good.onnx", "range.csv");
        Assert.True(code == ExitCodes.Failed, output);
        Assert.Contains("9", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, "")]
    [InlineData(64, "--max-drop 5")]
    [InlineData(64, "--max-drop -1")]
    [InlineData(64, "--max-slice-drop 1%")]
    [InlineData(64, "--max-p95-ratio 0")]
    [InlineData(64, "--max-bytes -1")]
    [InlineData(64, "--max-bytes many")]
    [InlineData(64, "--junit rows.csv")]
    [InlineData(64, "--signed nowhere.pem")]
    [InlineData(1, "--slices nowhere")]
    [InlineData(1, "--output-name nonsense")]
    [InlineData(1, "--profile rows.csv")]
    [InlineData(1, "--markdown nowhere/m.md")]
    public async Task Check_Arguments_GiveTheExitCode(int code, string arguments)
    {
        string[] more = [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => a.Contains('.', StringComparison.Ordinal) && !char.IsAsciiDigit(a[0]) ? In(a) : a)];
        (int got, _, string error) = more.Length == 0 ? await RunAsync("check", In("good.onnx"), "--data", In("rows.csv")) : await CheckAsync("good.onnx", more);
        Assert.True(code == got, $"expected {code}, got {got}: {error}");
        Assert.Single(error.Split('\n'), static line => line.StartsWith("error: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_NoBaseline_SaysWhatWasNotJudged()
    {
        (int code, string output, string error) = await RunAsync("check", In("good.onnx"), "--data", In("rows.csv"), "--labels", "label", "--metric", "accuracy", "--max-bytes", "100000", "--max-p95-ratio", "1.1");
        Assert.True(code == ExitCodes.Done, error);
        Assert.Equal(2, output.Split('\n').Count(static line => line.StartsWith("not judged", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Check_HostileNames_StayInTheirPlace()
    {
        WriteRows("hostile.csv", Rows, 1, "\"a|b`c<script>\u202Ed @team #1 **x**\"");
        (int code, string output, string error) = await CheckAsync("good.onnx", "hostile.csv", "--slices", "group", "--max-slice-drop", "2%", "--junit", In("j.xml"), "--markdown", In("m.md"));
        Assert.True(code == ExitCodes.Done, output + error);
        Assert.DoesNotContain('\u202E', output);
        string markdown = await File.ReadAllTextAsync(In("m.md"));
        Assert.DoesNotContain("<script", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', markdown);
        Assert.DoesNotContain('`', markdown);
        Assert.DoesNotContain("@team", markdown, StringComparison.Ordinal);
        string[] table = [.. markdown.Split('\n').Where(static line => line.StartsWith('|'))];
        Assert.All(table, static line => Assert.Equal(9, line.Count(static c => c == '|')));
        Assert.Contains(XDocument.Load(In("j.xml")).Descendants("testcase"), static test => ((string)test.Attribute("name")!).Contains("a|b`c<script>\uFFFDd", StringComparison.Ordinal));
    }

    private string In(string name) => _folder.File(name);

    private string Digest(string name) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(In(name))));

    private Task<(int Code, string Output, string Error)> CheckAsync(string candidate, params string[] more)
    {
        string data = more.Length > 0 && !more[0].StartsWith("--", StringComparison.Ordinal) ? more[0] : "rows.csv";
        string[] rest = data == "rows.csv" ? more : more[1..];
        return RunAsync(["check", In(candidate), "--against", In("base.onnx"), "--data", In(data), "--labels", "label", "--metric", "accuracy", .. rest]);
    }

    // Two features, a label that follows the first with noise, and two groups.
    private void WriteRows(string name, int rows, int seed, string first = "0")
    {
        var random = new Random(seed);
        var text = new StringBuilder("x[0],x[1],label,group\n");
        for (int i = 0; i < rows; i++)
        {
            double signal = Normal(random), other = Normal(random);
            text.Append(CultureInfo.InvariantCulture, $"{signal:F4},{other:F4},{(signal + (0.5 * Normal(random)) > 0 ? 1 : 0)},{(i % 2 == 0 ? first : "1")}\n");
        }

        File.WriteAllText(In(name), text.ToString());
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    // y = (0, x₀ + bias) · scale, and `work` products that change nothing.
    private static OnnxModel Model(float bias = 0, float scale = 1, int work = 0, string output = "y")
    {
        var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new("", 13));
        model.Graph.Name = "scores";
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "N", 2)));
        model.Graph.Outputs.Add(new(output, OnnxType.Tensor(OnnxElementType.Float32, "N", 2)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", [0, scale, 0, 0], 2, 2));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("b", [0, bias * scale], 2));
        string last = "x";
        for (int i = 0; i < work; i++)
        {
            model.Graph.Nodes.Add(new("Tanh", [i == 0 ? "x" : $"t{i - 1}"], [$"t{i}"]));
        }

        if (work > 0)
        {
            model.Graph.Initializers.Add(OnnxTensor.Create<float>("zero", [0], 1));
            model.Graph.Nodes.Add(new("Mul", [$"t{work - 1}", "zero"], ["none"]));
            model.Graph.Nodes.Add(new("Add", ["x", "none"], ["same"]));
            last = "same";
        }

        model.Graph.Nodes.Add(new("Gemm", [last, "w", "b"], [output]));
        return model;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        (TextWriter output, TextWriter error) = (Console.Out, Console.Error);
        using var gotOutput = new StringWriter();
        using var gotError = new StringWriter();
        Console.SetOut(gotOutput);
        Console.SetError(gotError);
        try
        {
            return (await CommandLine.RunAsync(arguments), gotOutput.ToString(), gotError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Inference.Cli.Commands;
using Inference.Onnx;

namespace Inference.Cli.Tests;

/// <summary>The verbs versions, publish, promote, rollback and label, as scripts use them.</summary>
public sealed class RepositoryVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inference-cli").FullName;

    public RepositoryVerbTests()
    {
        Directory.CreateDirectory(In("models"));
        for (int v = 1; v <= 3; v++)
        {
            Directory.CreateDirectory(In($"made{v}"));
            Save(In($"made{v}", "model.onnx"), v * 10);
        }
    }

    private string Ranker => In("models", "ranker");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Publish_WithLineage_IsShownByVersions()
    {
        File.WriteAllText(In("train.json"), """{"rate":0.1}""");
        File.WriteAllText(In("check.json"), """{"passed":true,"options":{"metric":"auc"}}""");
        (int code, string output, string error) = await RunAsync(
            "publish", In("made1"), Ranker, "--reason", "first", "--actor", "ann", "--data-digest", "sha256:da7a", "--commit", "c0ffee", "--config", In("train.json"), "--check", In("check.json"));
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith("published version '1' of 'ranker', sha256:", output, StringComparison.Ordinal);
        Assert.Equal(["manifest.json", "model.onnx", "model.onnx.data"], Directory.EnumerateFiles(Path.Combine(Ranker, "1")).Select(f => Path.GetFileName(f)!).Order());
        Assert.Equal(0, (await RunAsync("publish", In("made2", "model.onnx"), Ranker, "--reason", "second", "--actor", "ann")).Code);
        JsonNode listed = JsonNode.Parse((await RunAsync("versions", Ranker, "--json")).Output)!;
        Assert.Equal(["2", "1"], listed["versions"]!.AsArray().Select(v => (string)v!["version"]!));
        JsonNode lineage = listed["versions"]![1]!["lineage"]!;
        Assert.Equal(
            ("sha256:da7a", "c0ffee", "ann", "first", """{"rate":0.1}""", "auc"),
            ((string?)lineage["data"], (string?)lineage["commit"], (string?)lineage["publishedBy"], (string?)lineage["reason"], (string?)lineage["configuration"]!["text"], (string?)lineage["check"]!["options"]!["metric"]));
        Assert.Equal("1", (string?)listed["versions"]![0]!["lineage"]!["parent"]);
        string table = (await RunAsync("versions", Ranker)).Output;
        Assert.Matches("1 +available .* ann .* c0ffee +passed", table);
    }

    [Fact]
    public async Task Decisions_OfTheTool_AreFollowedByAServingProcess()
    {
        for (int v = 1; v <= 2; v++)
        {
            Assert.Equal(0, (await RunAsync("publish", In($"made{v}"), Ranker, "--reason", "new")).Code);
        }

        using Process server = Start("serve", In("models"), "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--no-dashboard");
        try
        {
            string ready = await server.StandardOutput.ReadLineAsync() ?? await server.StandardError.ReadToEndAsync();
            Assert.StartsWith("ready ", ready, StringComparison.Ordinal);
            using var client = new HttpClient { BaseAddress = new Uri(ready.Split(' ')[1]) };
            await RequireServedAsync(client, "2", 20);
            (int code, string output, string error) = await RunAsync("promote", Ranker, "1", "--reason", "2 is worse", "--actor", "ann");
            Assert.Equal((0, ""), (code, error));
            Assert.Matches("^promoted '1' in place of '2': decision [0-9]+\n$", output);
            await RequireServedAsync(client, "1", 10);
            Assert.Matches("^rolled back '1', the default is '2': decision [0-9]+\n$", (await RunAsync("rollback", Ranker, "--reason", "no", "--actor", "ann")).Output);
            await RequireServedAsync(client, "2", 20);
            Assert.Matches("^label 'stable' is version '1': decision [0-9]+\n$", (await RunAsync("label", Ranker, "stable", "1", "--reason", "known", "--actor", "ann")).Output);
            Assert.Equal(0, (await RunAsync("publish", In("made3"), Ranker, "--reason", "new")).Code);
            await RequireServedAsync(client, "3", 30);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }

        string table = (await RunAsync("versions", Ranker)).Output;
        Assert.Matches("3 +default", table);
        Assert.Matches("1 +rejected +stable", table);
        Assert.Equal(0, (await RunAsync("audit", "verify", Ranker)).Code);
    }

    [Fact]
    public async Task Publish_Signed_IsVerifiedByVersions()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(In("private.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(In("ci.pem"), key.ExportSubjectPublicKeyInfoPem());
        Assert.Equal(0, (await RunAsync("publish", In("made1"), Ranker, "--reason", "signed", "--sign", In("private.pem"), "--key-id", "ci")).Code);
        Assert.Equal(0, (await RunAsync("verify-signature", Path.Combine(Ranker, "1"), "--key", In("ci.pem"))).Code);
        JsonNode version = JsonNode.Parse((await RunAsync("versions", Ranker, "--key", In("ci.pem"), "--json")).Output)!["versions"]![0]!;
        Assert.Equal(("ci", true), ((string?)version["signedBy"], (bool)version["signatureVerified"]!));
        File.AppendAllText(Path.Combine(Ranker, "1", "model.onnx.data"), "x");
        version = JsonNode.Parse((await RunAsync("versions", Ranker, "--key", In("ci.pem"), "--json")).Output)!["versions"]![0]!;
        Assert.False((bool)version["signatureVerified"]!);
        Assert.Contains("model.onnx.data", (string?)version["problem"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_AreOneLineWithTheirExitCode()
    {
        await RunAsync("publish", In("made1"), Ranker, "--reason", "new");
        await RequireAsync(1, "Versions are never overwritten", "publish", In("made1"), Ranker, "--version", "1", "--reason", "again");
        await RequireAsync(64, "names a folder on every system", "publish", In("made1"), Ranker, "--version", "../2", "--reason", "hostile");
        await RequireAsync(64, "names a folder on every system", "publish", In("made1"), In("models", "NUL"), "--reason", "hostile");
        await RequireAsync(64, "ends with the model's name", "publish", In("made1"), Path.Combine(Ranker, ".."), "--reason", "hostile");
        await RequireAsync(64, "without control characters", "promote", Ranker, "1", "--reason", "a\nb");
        await RequireAsync(64, "without control characters", "promote", Ranker, "1", "--reason", "why", "--actor", "a\u202eb");
        await RequireAsync(64, "reserved", "promote", Ranker, "1", "--reason", "why", "--actor", "policy");
        await RequireAsync(64, "marks of direction", "label", Ranker, "a\u200fb", "1", "--reason", "why");
        await RequireAsync(64, "--reason", "promote", Ranker, "1");
        await RequireAsync(1, "('1'), got '2\\u202E'", "promote", Ranker, "2\u202e", "--reason", "why");
        await RequireAsync(1, "none is decided", "rollback", Ranker, "--reason", "why");
        await RequireAsync(1, "Create the directory", "versions", In("models", "none"));
        File.WriteAllText(In("check.json"), """{"passed":false}""");
        await RequireAsync(2, "expected a verdict", "publish", In("made2"), Ranker, "--check", In("check.json"), "--reason", "worse");
        File.WriteAllText(In("broken.onnx"), "no model");
        Assert.Equal(1, (await RunAsync("publish", In("broken.onnx"), Ranker, "--reason", "broken")).Code);
        Save(In("other.onnx"), 1, "Unknown");
        await RequireAsync(3, "Unknown", "publish", In("other.onnx"), Ranker, "--reason", "unsupported");
        await RunAsync("promote", Ranker, "1", "--reason", "first");
        await RunAsync("publish", In("made2"), Ranker, "--reason", "new");
        await RequireAsync(1, "expected the default '7', it is '1'", "promote", Ranker, "2", "--expect", "7", "--reason", "why");
        Assert.Equal(0, (await RunAsync("promote", Ranker, "2", "--expect", "1", "--reason", "why")).Code);
        Assert.Equal(["2", "1"], JsonNode.Parse((await RunAsync("versions", Ranker, "--json")).Output)!["versions"]!.AsArray().Select(v => (string)v!["version"]!));
    }

    [Fact]
    public async Task Versions_CheckCommand_RepeatsTheRecordedCheck()
    {
        Assert.Equal(0, (await RunAsync("publish", In("made1"), Ranker, "--reason", "first")).Code);
        string digest = ((string)JsonNode.Parse((await RunAsync("versions", Ranker, "--json")).Output)!["versions"]![0]!["digest"]!)["sha256:".Length..];
        File.WriteAllText(In("check.json"), $$"""
            {"passed":true,"baseline":{"name":"old.onnx","digest":"{{digest}}"},"data":{"name":"my test's.npz","sha256":"…"},"seed":7,"keyFile":"keys/release.pem","profileFile":"p","schemaFile":null,
             "options":{"metric":"auc","labels":"y","maxDrop":0.005,"slices":["country","age"],"maxSliceDrop":0.02,"sameSignature":true,"maxBytes":1000},"rules":[{"rule":"scan"}]}
            """);
        Assert.Equal(0, (await RunAsync("publish", In("made2"), Ranker, "--reason", "second", "--check", In("check.json"))).Code);
        Assert.Equal(
            $"inference check {Ranker}/2 --against {Ranker}/1 --data 'my test'\\''s.npz' --metric=auc --labels=y --max-drop=0.005 --slices=country,age --max-bytes=1000 --same-signature --max-slice-drop=0.02 --scan --signed=keys/release.pem --profile=p --seed=7\n",
            (await RunAsync("versions", Ranker, "--check-command", "2")).Output);
        await RequireAsync(1, "Publish it with --check", "versions", Ranker, "--check-command", "1");
        await RequireAsync(1, "Check the version", "versions", Ranker, "--check-command", "7");
    }

    /// <summary>A limit on the size of files stands in for a full disk: a write fails in the middle.</summary>
    [Fact]
    public async Task Publish_DiskIsFull_LeavesWhatWas()
    {
        if (OperatingSystem.IsWindows())
        {
            // It has no such limit.
            return;
        }

        Assert.Equal(0, (await RunAsync("publish", In("made1"), Ranker, "--reason", "first")).Code);
        await File.WriteAllBytesAsync(In("profile.bin"), new byte[1 << 20]);
        string command = $"trap '' XFSZ; ulimit -f 400; exec dotnet exec '{typeof(CommandTable).Assembly.Location}' publish '{In("made2")}' '{Ranker}' --profile '{In("profile.bin")}' --reason full";
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["DOTNET_EnableWriteXorExecute"] = "0" } };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 1 && (await output).Length == 0, $"{process.ExitCode}: {await output} {error}");
        Assert.Contains("Nothing was published.", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal(["1"], JsonNode.Parse((await RunAsync("versions", Ranker, "--json")).Output)!["versions"]!.AsArray().Select(v => (string)v!["version"]!));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(Ranker, ".publish")));
        Assert.Equal(0, (await RunAsync("publish", In("made2"), Ranker, "--profile", In("profile.bin"), "--reason", "room")).Code);
    }

    private static async Task RequireAsync(int expected, string message, params string[] args)
    {
        (int code, string output, string error) = await RunAsync(args);
        Assert.True(code == expected && output.Length == 0, $"{string.Join(' ', args)}: {code} {output} {error}");
        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(message, line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, static c => char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Format);
    }

    // The server follows within moments; a test machine may be slow.
    private static async Task RequireServedAsync(HttpClient client, string version, float expected)
    {
        string got = "";
        for (int i = 0; i < 600; i++)
        {
            using HttpResponseMessage response = await client.PostAsync(new Uri("v2/models/ranker/infer", UriKind.Relative), JsonContent.Create(JsonNode.Parse("""{"inputs":[{"name":"x","datatype":"FP32","shape":[1],"data":[0]}]}""")));
            got = await response.Content.ReadAsStringAsync();
            JsonNode answer = JsonNode.Parse(got)!;
            if ((string?)answer["model_version"] == version)
            {
                Assert.Equal(expected, (float)answer["outputs"]![0]!["data"]![0]!);
                return;
            }

            await Task.Delay(100);
        }

        Assert.Fail($"expected version {version}, got {got}");
    }

    private static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["exec", typeof(CommandTable).Assembly.Location, .. args])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    // y = x + constant.
    private static void Save(string path, float constant, string operation = "Add")
    {
        var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new("", 13));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 1)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 1)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", [constant], 1));
        model.Graph.Nodes.Add(new(operation, ["x", "w"], ["y"]));
        model.Save(path, new OnnxWriteOptions { ExternalDataThreshold = 1 });
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        (TextWriter output, TextWriter error) = (Console.Out, Console.Error);
        using var newOutput = new StringWriter();
        using var newError = new StringWriter();
        Console.SetOut(newOutput);
        Console.SetError(newError);
        try
        {
            return (await CommandLine.RunAsync(args), newOutput.ToString(), newError.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }

    private string In(params string[] parts) => Path.Combine([_folder, .. parts]);
}

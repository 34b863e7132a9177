using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Inference.Onnx;

namespace Inference.Cli.Tests;

/// <summary>The verbs sign, verify-signature and audit verify, as scripts use them.</summary>
public sealed class SignatureVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inference-cli").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public SignatureVerbTests()
    {
        Directory.CreateDirectory(In("ranker", "2"));
        var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new("", 13));
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 1)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 1)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", [1], 1));
        model.Graph.Nodes.Add(new("Add", ["x", "w"], ["y"]));
        model.Save(In("ranker", "2", "model.onnx"), new OnnxWriteOptions { ExternalDataThreshold = 1 });
        File.WriteAllText(In("private.pem"), _key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(In("public.pem"), _key.ExportSubjectPublicKeyInfoPem());
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(In("other.pem"), other.ExportSubjectPublicKeyInfoPem());
    }

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Sign_Folder_VerifiesUntilAnythingChanges()
    {
        string folder = In("ranker", "2");
        (int code, string output, _) = await RunAsync("sign", folder, "--key", In("private.pem"));
        Assert.Equal(0, code);
        Assert.Contains("for model 'ranker', version '2'", output, StringComparison.Ordinal);
        (code, output, _) = await RunAsync("verify-signature", folder, "--key", In("public.pem"), "--json");
        Assert.Equal(0, code);
        JsonNode result = JsonNode.Parse(output)!;
        Assert.True((bool)result["valid"]!);
        Assert.Equal(["model.onnx", "model.onnx.data"], result["files"]!.AsObject().Select(f => f.Key));
        Assert.Equal(0, (await RunAsync("verify-signature", folder, "--key", In("other.pem"), In("public.pem"), "--name", "ranker", "--version", "2")).Code);
        Assert.Equal(1, (await RunAsync("verify-signature", folder, "--key", In("other.pem"))).Code);
        Assert.Equal(1, (await RunAsync("verify-signature", folder, "--key", In("public.pem"), "--version", "3")).Code);
        File.AppendAllText(In("ranker", "2", "model.onnx.data"), "x");
        (code, _, string error) = await RunAsync("verify-signature", folder, "--key", In("public.pem"));
        Assert.Equal(1, code);
        Assert.Contains("file 'model.onnx.data': expected SHA-256", error, StringComparison.Ordinal);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Sign_File_CoversItsExternalData()
    {
        string file = In("ranker", "2", "model.onnx");
        Assert.Equal(0, (await RunAsync("sign", file, "--key", In("private.pem"))).Code);
        Assert.Equal(0, (await RunAsync("verify-signature", file, "--key", In("private.pem"))).Code);
        File.AppendAllText(In("ranker", "2", "model.onnx.data"), "x");
        Assert.Equal(1, (await RunAsync("verify-signature", file, "--key", In("public.pem"))).Code);
    }

    [Fact]
    public async Task Sign_Manifest_VerifiesWithoutABundle()
    {
        string folder = In("ranker", "2");
        Assert.Equal(0, (await RunAsync("sign", folder, "--manifest", "--key", In("private.pem"), "--key-id", "ci")).Code);
        Assert.Equal(0, (await RunAsync("verify-signature", folder, "--key", In("public.pem"))).Code);
        Assert.Equal(0, (await RunAsync("verify-signature", folder, "--key", In("public.pem"), "--version", "2")).Code);
        Assert.Equal(1, (await RunAsync("verify-signature", folder, "--key", In("public.pem"), "--version", "3")).Code);
        Assert.Equal(1, (await RunAsync("verify-signature", folder, "--key", In("other.pem"))).Code);
    }

    [Fact]
    public async Task VerifySignature_Keyless_IsUnsupported()
    {
        string folder = In("ranker", "2");
        await RunAsync("sign", folder, "--key", In("private.pem"));
        JsonNode bundle = JsonNode.Parse(File.ReadAllText(In("ranker", "2", "model.sig")))!;
        bundle["verificationMaterial"] = JsonNode.Parse("""{ "certificate": { "rawBytes": "AA==" }, "tlogEntries": [ { "logIndex": "1" } ] }""");
        File.WriteAllText(In("ranker", "2", "model.sig"), bundle.ToJsonString());
        (int code, _, string error) = await RunAsync("verify-signature", folder, "--key", In("public.pem"));
        Assert.Equal(3, code);
        Assert.Contains("keyless", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "sign nowhere --key private.pem")]
    [InlineData(1, "sign ranker/2 --key public.pem")]
    [InlineData(1, "verify-signature ranker/2 --key public.pem")]
    [InlineData(1, "audit verify nowhere")]
    [InlineData(64, "sign ranker/2")]
    [InlineData(64, "sign ranker/2 --key nowhere")]
    [InlineData(64, "verify-signature ranker/2")]
    [InlineData(64, "audit verify ranker --max-unsigned 1")]
    [InlineData(64, "audit")]
    public async Task Run_Arguments_GiveTheExitCode(int code, string arguments)
    {
        string[] args = [.. arguments.Split(' ').Select(a => a.Contains('.', StringComparison.Ordinal) || a.Contains("ranker", StringComparison.Ordinal) || a == "nowhere" ? In(a) : a)];
        (int got, _, string error) = await RunAsync(args);
        Assert.True(code == got, $"expected exit code {code}, got {got}: {error}");
    }

    /// <summary>A log that a model wrote; one line of it changed is named.</summary>
    [Fact]
    public async Task AuditVerify_ALineChanged_IsNamed()
    {
        var options = new Inference.Versioning.VersioningOptions { Watch = false };
        options.Audit.SigningKey = _key.ExportPkcs8PrivateKeyPem();
        await using (Inference.Versioning.VersionedModelRunner runner = await Inference.Versioning.ModelRepository.OpenAsync(In("ranker"), ModelLoader.Default, new() { Versioning = options }))
        {
            await runner.Versions.SetLabelAsync("stable", "2", "ann", "known");
        }

        (int code, string output, _) = await RunAsync("audit", "verify", In("ranker"), "--key", In("public.pem"), "--max-unsigned", "0", "--json");
        Assert.Equal(0, code);
        Assert.Equal((true, "ranker", 1), ((bool)JsonNode.Parse(output)!["intact"]!, (string)JsonNode.Parse(output)!["model"]!, (int)JsonNode.Parse(output)!["signatures"]!));
        Assert.Equal(2, (await RunAsync("audit", "verify", In("ranker"), "--key", In("other.pem"))).Code);
        string log = In("ranker", ".inference", "decisions.jsonl");
        File.WriteAllText(log, File.ReadAllText(log).Replace("\"ann\"", "\"eve\"", StringComparison.Ordinal));
        (code, output, _) = await RunAsync("audit", "verify", log);
        Assert.Equal(2, code);
        Assert.Contains("decisions.jsonl, line 3: the record was changed", output, StringComparison.Ordinal);
    }

    private string In(params string[] parts) => Path.Combine([_folder, .. parts]);

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
}

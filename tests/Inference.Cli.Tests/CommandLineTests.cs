using Inference.Onnx;

namespace Inference.Cli.Tests;

/// <summary>What scripts depend on: exit codes, one plain line on standard error.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inference-cli").FullName;

    public CommandLineTests()
    {
        Save("relu", "Relu");
        Save("unknown", "NoSuchOperator");
        File.WriteAllText(Path.Combine(_folder, "text.onnx"), "not a model");
    }

    [Theory]
    [InlineData(0, "inspect relu.onnx")]
    [InlineData(0, "inspect relu.onnx --json")]
    [InlineData(0, "inspect relu.onnx --placement")]
    [InlineData(0, "inspect unknown.onnx")]
    [InlineData(0, "kernels")]
    [InlineData(0, "kernels --json")]
    [InlineData(0, "profile relu.onnx --runs 2")]
    [InlineData(0, "profile relu.onnx --runs 2 --precision bfloat16")]
    [InlineData(0, "bench relu.onnx --backends cpu --seconds 0.05")]
    [InlineData(0, "bench relu.onnx --backends cpu --seconds 0.05 --precision bfloat16")]
    [InlineData(0, "bench relu.onnx --backends cpu --seconds 0.05 --json")]
    [InlineData(1, "inspect missing.onnx")]
    [InlineData(1, "inspect text.onnx")]
    [InlineData(1, "run relu.onnx")]
    [InlineData(1, "run relu.onnx --input y=missing.pb")]
    [InlineData(1, "verify nowhere")]
    [InlineData(1, "explain relu.onnx")]
    [InlineData(1, "decrypt relu.onnx -o out.onnx --key-file missing.key")]
    [InlineData(1, "encrypt relu.onnx -o out.onnx --key-file missing.key")]
    [InlineData(1, "encrypt relu.onnx -o out.onnx --key-file text.onnx")]
    [InlineData(0, "scan relu.onnx")]
    [InlineData(1, "scan missing.onnx")]
    [InlineData(1, "score relu.onnx --data missing.npz -o out.npz")]
    [InlineData(3, "profile unknown.onnx")]
    [InlineData(3, "bench unknown.onnx --backends cpu")]
    [InlineData(64, "")]
    [InlineData(64, "nonsense")]
    [InlineData(64, "inspect")]
    [InlineData(64, "inspect relu.onnx --nonsense")]
    [InlineData(64, "bench relu.onnx --backends nonsense")]
    [InlineData(64, "bench relu.onnx --threads -1")]
    [InlineData(64, "bench relu.onnx --precision float8")]
    [InlineData(64, "bench relu.onnx --shape nonsense")]
    [InlineData(64, "run relu.onnx --input nonsense")]
    [InlineData(64, "check relu.onnx")]
    [InlineData(64, "verify . --backend nonsense")]
    [InlineData(64, "quantize relu.onnx")]
    [InlineData(64, "encrypt relu.onnx")]
    [InlineData(64, "encrypt relu.onnx -o out.onnx")]
    [InlineData(64, "decrypt relu.onnx -o out.onnx")]
    [InlineData(64, "rekey relu.onnx --key-file text.onnx")]
    public async Task Run_Arguments_GiveTheExitCode(int code, string arguments)
    {
        (int got, string output, string error) = await RunAsync(arguments);
        Assert.True(code == got, $"expected exit code {code}, got {got}: {error}");
        if (code == 0)
        {
            Assert.NotEmpty(output);
        }
        else
        {
            Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), static line => line.StartsWith("error: ", StringComparison.Ordinal));
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Scan_NoModel_PrintsTheFindingAndEndsWithTwo()
    {
        (int code, string output, _) = await RunAsync("scan text.onnx");
        Assert.Equal(2, code);
        Assert.Contains("\"rule\":", output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bench")]
    [InlineData("check")]
    [InlineData("compare")]
    [InlineData("decrypt")]
    [InlineData("distill")]
    [InlineData("encrypt")]
    [InlineData("explain")]
    [InlineData("factorize")]
    [InlineData("inspect")]
    [InlineData("kernels")]
    [InlineData("optimize")]
    [InlineData("profile")]
    [InlineData("prune")]
    [InlineData("quantize")]
    [InlineData("rekey")]
    [InlineData("run")]
    [InlineData("scan")]
    [InlineData("score")]
    [InlineData("sign")]
    [InlineData("sparsify")]
    [InlineData("verify-signature")]
    [InlineData("audit verify")]
    [InlineData("verify")]
    public async Task Help_OfEachVerb_ListsItsOptions(string verb)
    {
        (int code, string output, _) = await RunAsync($"{verb} --help");
        Assert.Equal(0, code);
        Assert.Contains("Options:", output, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<(int Code, string Output, string Error)> RunAsync(string arguments)
    {
        string[] args = [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => a.EndsWith(".onnx", StringComparison.Ordinal) ? Path.Combine(_folder, a) : a)];
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

    private void Save(string name, string opType)
    {
        var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new("", 13));
        model.Graph.Name = name;
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 1, 4)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 1, 4)));
        model.Graph.Nodes.Add(new(opType, ["x"], ["y"]));
        File.WriteAllBytes(Path.Combine(_folder, name + ".onnx"), model.ToArray());
    }
}

using System.Text.Json;
using Inference.Cli.Running;
using Inference.Onnx;
using Inference.TestSupport;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Cli.Tests;

/// <summary>What verbs say of data before they work on it, and that tables score as arrays do.</summary>
public sealed class DryRunTests : IDisposable
{
    private const string Rows = "id_text,b,a,when,label\nx,1,2,2024-01-01,yes\ny,3,4,2024-01-02,no\n";
    private readonly TemporaryFolder _folder = new();

    public DryRunTests()
    {
        File.WriteAllText(_folder.File("rows.csv"), Rows);
        var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new("", 13));
        model.Graph.Name = "neg";
        model.Graph.Inputs.Add(new("input", OnnxType.Tensor(OnnxElementType.Float32, -1, 2)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, -1, 2)));
        model.Graph.Nodes.Add(new("Neg", ["input"], ["y"]));
        File.WriteAllBytes(_folder.File("neg.onnx"), model.ToArray());
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Score_Table_WritesWhatTheStackedColumnsGive()
    {
        (int code, _, string error) = await RunAsync("score", _folder.File("neg.onnx"), "--data", _folder.File("rows.csv"), "-o", _folder.File("out.csv"));
        Assert.True(code == ExitCodes.Done, error);
        Assert.Equal("y[0],y[1]\n-1,-2\n-3,-4\n", await File.ReadAllTextAsync(_folder.File("out.csv")));
    }

    [Fact]
    public async Task ScoreDry_Table_SaysWhereEachColumnWentAndWritesNothing()
    {
        (int code, string output, _) = await RunAsync("score", _folder.File("neg.onnx"), "--data", _folder.File("rows.csv"), "--labels", "label", "--dry");
        Assert.Equal(ExitCodes.Done, code);
        Assert.Contains("'b' … 'a' (2 columns) (integer) → input 'input': all 2 remaining numeric columns, in file order", output, StringComparison.Ordinal);
        Assert.Contains("'when' (date) → left out: dates", output, StringComparison.Ordinal);
        Assert.Contains("'label' (text) → label 'label': by name", output, StringComparison.Ordinal);
        Assert.Contains("2 rows read, none missing", output, StringComparison.Ordinal);
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public async Task ScoreDry_Json_IsOneObject()
    {
        (_, string output, _) = await RunAsync("score", _folder.File("neg.onnx"), "--data", _folder.File("rows.csv"), "--dry", "--json");
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement data = document.RootElement.GetProperty("data")[0];
        Assert.Equal(2, data.GetProperty("rows").GetInt64());
        Assert.Equal("input", data.GetProperty("columns")[1].GetProperty("target").GetString());
    }

    [Fact]
    public async Task ScoreDry_BadRowFarDown_IsFoundBeforeAnythingRuns()
    {
        await File.WriteAllTextAsync(_folder.File("bad.csv"), "a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 5000)) + "1,oops\n");
        (int code, _, string error) = await RunAsync("score", _folder.File("neg.onnx"), "--data", _folder.File("bad.csv"), "--dry");
        Assert.Equal(ExitCodes.Failed, code);
        Assert.Contains("row 5001, column 'b': expected float32, got 'oops'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_OutputIsAnInput_IsRefusedAndTheInputStays()
    {
        string rows = await File.ReadAllTextAsync(_folder.File("rows.csv"));
        string other = _folder.File("other.csv");
        File.CreateSymbolicLink(other, _folder.File("rows.csv"));
        foreach (string output in (string[])[_folder.File("rows.csv"), Path.Combine(_folder.Path, ".", "rows.csv"), other])
        {
            (int code, _, string error) = await RunAsync("score", _folder.File("neg.onnx"), "--data", _folder.File("rows.csv"), "-o", output);
            Assert.Equal(ExitCodes.Usage, code);
            Assert.Contains("other than the inputs", error, StringComparison.Ordinal);
        }

        Assert.Equal(rows, await File.ReadAllTextAsync(_folder.File("rows.csv")));
    }

    [Fact]
    public async Task Score_FilesOfTheUser_ThatLookTemporary_Stay()
    {
        await File.WriteAllTextAsync(_folder.File("out.csv.part"), "mine");
        (int code, _, _) = await RunAsync("score", _folder.File("neg.onnx"), "--data", _folder.File("rows.csv"), "-o", _folder.File("out.csv"));
        Assert.Equal(ExitCodes.Done, code);
        Assert.Equal("mine", await File.ReadAllTextAsync(_folder.File("out.csv.part")));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp"));
    }

    [Theory]
    [InlineData("5", "5%")]
    [InlineData("500%", "500 %")]
    [InlineData("-1%", "-1%")]
    [InlineData("x", "'x'")]
    public async Task Share_ThatNoDropReaches_IsRefused(string share, string named)
    {
        (int code, _, string error) = await RunAsync("compare", _folder.File("neg.onnx"), _folder.File("neg.onnx"), "--data", _folder.File("rows.csv"), "--labels", "label", "--max-drop", share);
        Assert.Equal(ExitCodes.Usage, code);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_NeitherOutputNorDry_IsAUsageError() => Assert.Equal(ExitCodes.Usage, await CommandLine.RunAsync(["score", _folder.File("neg.onnx"), "--data", _folder.File("rows.csv")]));

    [SharedDataFact("models")]
    public async Task OptimizeDry_FolderOfRoles_MeasuresTheSource()
    {
        (int code, string output, string error) = await RunAsync(
            "optimize", TestData.Path("models", "mnist_mlp"), "--data", TestData.Path("data", "mnist"), "--labels", "label", "--dry");
        Assert.True(code == ExitCodes.Done, error);
        Assert.Contains("test.npz", output, StringComparison.Ordinal);
        Assert.Contains("source model: accuracy 0.9", output, StringComparison.Ordinal);
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

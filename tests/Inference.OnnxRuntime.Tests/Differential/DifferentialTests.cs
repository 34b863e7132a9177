using System.Globalization;
using Inference.OnnxRuntime.Tests.Support;
using Xunit.Abstractions;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>Models drawn at random run on <c>cpu</c> and on <c>onnxruntime</c> with equal results.</summary>
public class DifferentialTests(ITestOutputHelper output)
{
    private const int LeastOperators = 120;
    private const int MostDifferences = 12;

    public static TheoryData<string> Operators => [.. OperatorCatalogue.All.Select(static cases => cases.Name)];

    public static TheoryData<string, long> VersionedOperators
    {
        get
        {
            var data = new TheoryData<string, long>();
            foreach (string[] row in OnnxRuntimeOperators.Rows)
            {
                foreach (OperatorCases cases in OperatorCatalogue.All.Where(cases => row[0] == "ai.onnx" && cases.Domain.Length == 0 && cases.OpType == row[1]))
                {
                    foreach (long version in row[2].Split(',').Select(static v => long.Parse(v, CultureInfo.InvariantCulture)))
                    {
                        // What the mask of a Dropout below 12 holds at inference is left open (docs/differences.md).
                        if (row[1] != "Dropout" || version >= 12)
                        {
                            data.Add(cases.Name, version);
                        }
                    }
                }
            }

            return data;
        }
    }

    [Fact]
    public void Catalogue_Operators_AreManyAndDistinct()
    {
        string[] names = [.. OperatorCatalogue.All.Select(static cases => cases.Name)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.True(names.Length >= LeastOperators, $"{names.Length} operators are compared, at least {LeastOperators} should be.");
    }

    /// <summary>Every operator of ONNX Runtime's CPU provider that runs here is compared (eng/onnxruntime-notes.tsv says which are refused, and why).</summary>
    [Fact]
    public void Catalogue_EveryOperatorThatRuns_HasCases()
    {
        (string, string)[] compared = [.. OperatorCatalogue.All.Select(static cases => (cases.Domain.Length == 0 ? "ai.onnx" : cases.Domain, cases.OpType)).Distinct()];
        Assert.Equal("", string.Join(", ", OnnxRuntimeOperators.Run.Except(compared)));
    }

    [OrtTheory]
    [MemberData(nameof(Operators))]
    public void Run_RandomModelsOfOneOperator_AgreesWithOnnxRuntime(string name)
    {
        OperatorCases cases = OperatorCatalogue.Find(name);
        var report = new DrawReport(name);
        (int differences, string text) = Check(name, random =>
        {
            using DifferentialCase made = cases.Make(random);
            string? difference = DifferentialRunner.Compare(made, cases.Domain, out DifferentialOutcome outcome);
            if (!random.IsAgain)
            {
                report.Add(made, outcome);
            }

            return difference is null ? null : $"{difference}\n{made}";
        });
        report.Write(output, differences);
        Assert.True(differences == 0, text);
        Assert.True(report.Compared > 0, $"{name}: ONNX Runtime could run none of the cases.");
    }

    /// <summary>
    /// As above at each version of the operator that ONNX Runtime has a kernel for: what it runs, <c>cpu</c> runs too. A case that is none of an older version is one that ONNX
    /// Runtime refuses, or cannot run; <c>cpu</c> may take it.
    /// </summary>
    [OrtTheory]
    [MemberData(nameof(VersionedOperators))]
    public void Run_EveryVersion_AgreesWithOnnxRuntime(string name, long opset)
    {
        OperatorCases cases = OperatorCatalogue.Find(name);
        (int differences, string text) = Check($"{name}-{opset}", random =>
        {
            using DifferentialCase made = cases.Make(random);
            made.Opset = opset;
            string? difference = DifferentialRunner.Compare(made, "", out _);
            return difference is null || difference.StartsWith("onnxruntime refuses", StringComparison.Ordinal) || difference.StartsWith("onnxruntime fails", StringComparison.Ordinal)
                ? null : $"{difference}\n{made}";
        }, opset);
        Assert.True(differences == 0, text);
    }

    /// <summary>Graphs of several operators, after all passes of the engine.</summary>
    [OrtFact]
    public void Run_RandomGraphs_AgreeWithOnnxRuntime()
    {
        (int differences, string text) = Check("graph", static random =>
        {
            using DifferentialCase made = RandomGraphs.Make(random);
            string? difference = DifferentialRunner.Compare(made, "", out _);
            return difference is null ? null : $"{difference}\n{made}";
        });
        Assert.True(differences == 0, text);
    }

    /// <summary>Draws seeds and sizes, shrinks the size of a failing case, and says how to draw it again. All draws are made, whatever fails.</summary>
    /// <returns>How many draws differ, and the first of them in words.</returns>
    private static (int Count, string Text) Check(string name, Func<CaseRandom, string?> compare, long? version = null)
    {
        var seeds = new Random(DifferentialSettings.Seed);
        var differences = new List<string>();
        int count = 0;
        for (int draw = 0; draw < DifferentialSettings.Count; draw++)
        {
            (int seed, int size) = (seeds.Next(1, int.MaxValue), seeds.Next(1, 41));
            if (compare(new CaseRandom(seed, size, draw) { Version = version }) is not { } difference)
            {
                continue;
            }

            count++;
            if (differences.Count < MostDifferences)
            {
                (int Size, string Text)? smaller = Enumerable.Range(1, size - 1).Select(s => (s, compare(new CaseRandom(seed, s, draw) { IsAgain = true, Version = version }))).FirstOrDefault(static shrunk => shrunk.Item2 is not null) is (var s, { } text) ? (s, text) : null;
                differences.Add($"{name}, seed {seed}, size {smaller?.Size ?? size}, draw {draw}: {smaller?.Text ?? difference}");
            }
        }

        return (count, string.Join("\n", differences));
    }
}

using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Inference.OnnxRuntime.Tests.Support;
using Xunit.Abstractions;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>Models drawn at random run on <c>cpu</c> and on <c>onnxruntime</c> with equal results.</summary>
public class DifferentialTests(ITestOutputHelper output)
{
    private const int LeastOperators = 120;

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

    [OrtTheory]
    [MemberData(nameof(Operators))]
    public void Run_RandomModelsOfOneOperator_AgreesWithOnnxRuntime(string name)
    {
        OperatorCases cases = OperatorCatalogue.Find(name);
        var report = new DrawReport(name);
        int differences = 1;
        try
        {
            Check(name, random =>
            {
                using DifferentialCase made = cases.Make(random);
                string? difference = DifferentialRunner.Compare(made, cases.Domain, out DifferentialOutcome outcome);
                report.Add(made, outcome);
                return difference is null ? null : $"{difference}\n{made}";
            });
            differences = 0;
        }
        finally
        {
            report.Write(output, differences);
        }

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
        Check($"{name}-{opset}", random =>
        {
            using DifferentialCase made = cases.Make(random);
            made.Opset = opset;
            string? difference = DifferentialRunner.Compare(made, "", out _);
            return difference is null || difference.StartsWith("onnxruntime refuses", StringComparison.Ordinal) || difference.StartsWith("onnxruntime fails", StringComparison.Ordinal)
                ? null : $"{difference}\n{made}";
        });
    }

    /// <summary>Graphs of several operators, after all passes of the engine.</summary>
    [OrtFact]
    public void Run_RandomGraphs_AgreeWithOnnxRuntime() => Check("graph", static random =>
    {
        using DifferentialCase made = RandomGraphs.Make(random);
        string? difference = DifferentialRunner.Compare(made, "", out _);
        return difference is null ? null : $"{difference}\n{made}";
    });

    /// <summary>Draws seeds and sizes with FsCheck, shrinks the size of a failing case, and says how to draw it again.</summary>
    internal static void Check(string name, Func<CaseRandom, string?> compare)
    {
        // A case that shrinks keeps the number of its draw.
        var draws = new Dictionary<int, int>();
        Gen<(int Seed, int Size)> gen =
            from seed in Gen.Choose(1, int.MaxValue - 1)
            from size in Gen.Choose(1, 40)
            select (seed, size);
        Arbitrary<(int Seed, int Size)> cases = Arb.From(gen, static drawn => Enumerable.Range(1, drawn.Size - 1).Select(smaller => (drawn.Seed, smaller)));
        Property property = Prop.ForAll(cases, drawn =>
        {
            int draw = draws.TryGetValue(drawn.Seed, out int known) ? known : draws[drawn.Seed] = draws.Count;
            string? difference = compare(new CaseRandom(drawn.Seed, drawn.Size, draw));
            return (difference is null).Label(difference is null ? "" : $"{name}, seed {drawn.Seed}, size {drawn.Size}, draw {draw}: {difference}");
        });
        ulong replay = (ulong)DifferentialSettings.Seed;
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(DifferentialSettings.Count).WithReplay(replay, (replay * 2) + 1), property);
    }
}

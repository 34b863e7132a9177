using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Inference.OnnxRuntime.Tests.Support;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>Models drawn at random run on <c>cpu</c> and on <c>onnxruntime</c> with equal results.</summary>
public class DifferentialTests
{
    private const int LeastOperators = 120;

    public static TheoryData<string> Operators => [.. OperatorCatalogue.All.Select(static cases => cases.OpType)];

    public static TheoryData<string, long> VersionedOperators
    {
        get
        {
            var data = new TheoryData<string, long>();
            foreach (string[] row in File.ReadLines(Path.Combine(TestSupport.TestData.RepositoryRoot!, "eng", "onnxruntime-operators.tsv")).Where(static l => !l.StartsWith('#')).Select(static l => l.Split('\t')))
            {
                if (row[0] == "ai.onnx" && OperatorCatalogue.All.Any(cases => cases.OpType == row[1]))
                {
                    foreach (long version in row[2].Split(',').Select(static v => long.Parse(v, CultureInfo.InvariantCulture)))
                    {
                        // What the mask of a Dropout below 12 holds at inference is left open (docs/differences.md).
                        if (row[1] != "Dropout" || version >= 12)
                        {
                            data.Add(row[1], version);
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
        string[] names = [.. OperatorCatalogue.All.Select(static cases => cases.OpType)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.True(names.Length >= LeastOperators, $"{names.Length} operators are compared, at least {LeastOperators} should be.");
    }

    [OrtTheory]
    [MemberData(nameof(Operators))]
    public void Run_RandomModelsOfOneOperator_AgreesWithOnnxRuntime(string name)
    {
        OperatorCases cases = OperatorCatalogue.Find(name);
        int comparedCases = 0;
        Check(name, (seed, size) =>
        {
            using DifferentialCase made = cases.Make(new CaseRandom(seed, size));
            string? difference = DifferentialRunner.Compare(made, cases.Domain, out bool compared);
            comparedCases += compared ? 1 : 0;
            return difference is null ? null : $"{difference}\n{made}";
        });
        Assert.True(comparedCases > 0, $"{name}: ONNX Runtime could run none of the cases.");
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
        Check($"{name}-{opset}", (seed, size) =>
        {
            using DifferentialCase made = cases.Make(new CaseRandom(seed, size));
            made.Opset = opset;
            string? difference = DifferentialRunner.Compare(made, "", out _);
            return difference is null || difference.StartsWith("onnxruntime refuses", StringComparison.Ordinal) || difference.StartsWith("onnxruntime fails", StringComparison.Ordinal)
                ? null : $"{difference}\n{made}";
        });
    }

    /// <summary>Graphs of several operators, after all passes of the engine.</summary>
    [OrtFact]
    public void Run_RandomGraphs_AgreeWithOnnxRuntime() => Check("graph", static (seed, size) =>
    {
        using DifferentialCase made = RandomGraphs.Make(new CaseRandom(seed, size));
        string? difference = DifferentialRunner.Compare(made, "", out _);
        return difference is null ? null : $"{difference}\n{made}";
    });

    /// <summary>Draws seeds and sizes with FsCheck, shrinks the size of a failing case, and says how to draw it again.</summary>
    internal static void Check(string name, Func<int, int, string?> compare)
    {
        Gen<(int Seed, int Size)> gen =
            from seed in Gen.Choose(1, int.MaxValue - 1)
            from size in Gen.Choose(1, 40)
            select (seed, size);
        Arbitrary<(int Seed, int Size)> cases = Arb.From(gen, static drawn => Enumerable.Range(1, drawn.Size - 1).Select(smaller => (drawn.Seed, smaller)));
        Property property = Prop.ForAll(cases, drawn =>
        {
            string? difference = compare(drawn.Seed, drawn.Size);
            return (difference is null).Label(difference is null ? "" : $"{name}, seed {drawn.Seed}, size {drawn.Size}: {difference}");
        });
        ulong replay = (ulong)DifferentialSettings.Seed;
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(DifferentialSettings.Count).WithReplay(replay, (replay * 2) + 1), property);
    }
}

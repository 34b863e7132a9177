using Inference.Onnx;
using Inference.OnnxRuntime.Tests.Differential;
using Inference.OnnxRuntime.Tests.Support;
using Xunit.Abstractions;

namespace Inference.OnnxRuntime.Tests.Formulas;

/// <summary>
/// Models drawn at random run on <c>cpu</c> and give what a formula in NumPy gives: for operators whose definition is an implementation, or whose two other witnesses could share
/// a fault. Cases that ONNX Runtime gets wrong (docs/differences.md) are among those drawn.
/// </summary>
public class FormulaTests(ITestOutputHelper output)
{
    private const int LeastOperators = 50;
    private const int MostDifferences = 12;

    public static TheoryData<string> Operators => [.. FormulaCatalogue.All.Select(static cases => cases.Name)];

    [Fact]
    public void Catalogue_Operators_AreManyAndDistinct()
    {
        string[] names = [.. FormulaCatalogue.All.Select(static cases => cases.Name)];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.True(names.Length >= LeastOperators, $"{names.Length} operators have a formula, at least {LeastOperators} should.");
    }

    [FormulaTheory]
    [MemberData(nameof(Operators))]
    public void Run_RandomModelsOfOneOperator_AgreesWithTheFormula(string name)
    {
        OperatorCases cases = FormulaCatalogue.All.First(c => c.Name == name);
        var seeds = new Random(DifferentialSettings.Seed);
        DifferentialCase[] made = [.. Enumerable.Range(0, DifferentialSettings.Count).Select(draw => cases.Make(new CaseRandom(seeds.Next(1, int.MaxValue), seeds.Next(1, 41), draw)))];
        IReadOnlyList<(double[] Values, long[] Shape)?[]?> answers = FormulaJudge.Answer(made);
        var differences = new List<string>();
        int stated = 0;
        for (int i = 0; i < made.Length; i++)
        {
            using DifferentialCase one = made[i];
            stated += answers[i] is null ? 0 : 1;
            if (answers[i] is { } answer && Difference(one, cases.Domain, answer) is { } difference)
            {
                differences.Add($"{name}, draw {i}: {difference}\n{one}");
            }
        }

        output.WriteLine($"{name}: {made.Length} draws, {stated} compared with the formula, {differences.Count} differences");
        DrawReport.Append($"formula {name}", made.Length, stated, 0, differences.Count);
        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(MostDifferences)));
        Assert.True(stated > 0, $"{name}: the formula covers none of the draws.");
    }

    private static string? Difference(DifferentialCase made, string domain, (double[] Values, long[] Shape)?[] answer)
    {
        using NamedValues? got = DifferentialRunner.RunOnCpu(made.ToBytes(domain), made.Inputs, out string? error);
        if (got is null)
        {
            return $"cpu fails: {error}";
        }

        OnnxNode node = made.Graph.Nodes.Single();
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            if (i < answer.Length && answer[i] is { } want && node.Outputs[i].Length > 0 && got.GetValue(node.Outputs[i]) is TensorValue gotten && made.Graph.Outputs.Any(y => y.Name == node.Outputs[i])
                && Difference(made, node.Outputs[i], want, gotten) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static string? Difference(DifferentialCase made, string name, (double[] Values, long[] Shape) want, TensorValue got)
    {
        if (!got.Shape.SequenceEqual(want.Shape))
        {
            return $"{name}: the formula gives [{string.Join(",", want.Shape)}], cpu {got}.";
        }

        double[] gotten = TensorAssert.Doubles(got);
        (double relative, double absolute) = DifferentialRunner.Tolerance(made, got.ElementType);
        int at = Array.FindIndex(want.Values.Zip(gotten).ToArray(), pair => !pair.First.Equals(pair.Second) && !(Math.Abs(pair.First - pair.Second) <= absolute + (relative * Math.Abs(pair.First))));
        return at < 0 ? null : $"{name}[{at}] of {got}: the formula gives {want.Values[at]:G9}, cpu {gotten[at]:G9} (relative {relative}, absolute {absolute}).";
    }
}

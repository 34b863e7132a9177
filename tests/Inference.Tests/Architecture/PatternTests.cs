using System.Reflection;
using Inference.Operators.Standard;

namespace Inference.Tests.Architecture;

/// <summary>Operators know, rewrites ask: outside operators a name of one stands only in the pattern that a rewrite exists for.</summary>
public class PatternTests
{
    // A list that is longer is no pattern, but knowledge of operators: it belongs on their rows.
    private const int MostNames = 12;

    private static readonly HashSet<string> s_operators = [.. StandardOperators.Table.Entries.Select(e => e.OpType)];

    [Fact]
    public void Code_OutsideOperators_NamesThoseOfItsPatternAlone()
    {
        var wrong = new List<string>();
        foreach ((Type type, HashSet<string> strings) in CompiledStrings.Of(typeof(Node).Assembly).Where(t => !IsOperators(t.Type) && !IsConfiguration(t.Type)))
        {
            IReadOnlyList<string> pattern = type.GetCustomAttribute<PatternAttribute>()?.Operators ?? [];
            string[] named = [.. strings.Where(s_operators.Contains)];
            wrong.AddRange(named.Except(pattern).Select(n => $"{type.Name} names {n}: ask OperatorTraits, or state it in [Pattern]"));
            wrong.AddRange(pattern.Except(named).Select(n => $"{type.Name} states {n} in [Pattern] and does not name it"));
            if (pattern.Count > MostNames)
            {
                wrong.Add($"{type.Name} states a pattern of {pattern.Count} operators");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong.Order(StringComparer.Ordinal)));
    }

    // Names of options, such as the Min and Max of a rule, and the code that is generated to bind them.
    private static bool IsConfiguration(Type type) => type.IsAssignableTo(typeof(PipelineStageBinding)) || type.Namespace?.StartsWith("Microsoft.Extensions.Configuration.", StringComparison.Ordinal) == true;

    private static bool IsOperators(Type type) => type.Namespace is { } room && (room == "Inference.Operators" || room.StartsWith("Inference.Operators.", StringComparison.Ordinal));
}

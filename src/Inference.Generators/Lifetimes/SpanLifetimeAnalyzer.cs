using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Inference.Generators.Lifetimes;

/// <summary>
/// Warns if the span of a value that the method disposes outlives it: is returned, is stored where it outlives the value, or is used after Dispose. By then, the memory
/// may belong to another call.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SpanLifetimeAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.SpanOutlivesValue);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (ValueTypes.TryOf(start.Compilation) is { } types)
            {
                start.RegisterOperationBlockAction(block => Analyze(block, types));
            }
        });
    }

    private static void Analyze(OperationBlockAnalysisContext context, ValueTypes types)
    {
        foreach (IOperation root in context.OperationBlocks)
        {
            var spans = new SpanOrigins(types, root);
            foreach (LifetimeEnd end in LifetimeEnd.In(root, types))
            {
                foreach ((IOperation place, string how) in new Escapes(spans, end).Find())
                {
                    context.ReportDiagnostic(Diagnostic.Create(Rules.SpanOutlivesValue, place.Syntax.GetLocation(), end.Owner.Name, how));
                }
            }
        }
    }
}

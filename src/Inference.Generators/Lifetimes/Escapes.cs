using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Inference.Generators.Lifetimes;

/// <summary>Finds the places where spans of a value outlive it.</summary>
internal sealed class Escapes(SpanOrigins spans, LifetimeEnd end)
{
    /// <summary>Each place once, with the way in which the span outlives the value.</summary>
    public IEnumerable<(IOperation Place, string How)> Find() => end.IsUsing ? Within(end.Scope).Concat(UsesAfter()) : UsesAfter();

    // Spans leave the scope of a using through a return, or through a target that outlives the scope.
    private IEnumerable<(IOperation, string)> Within(IOperation scope)
    {
        foreach (IOperation operation in OfThisMethod(scope))
        {
            switch (operation)
            {
                case IReturnOperation { ReturnedValue: { } value } when spans.IsSpanOf(end.Owner, value):
                    yield return (value, "returned from the method that disposes it");
                    break;
                case ISimpleAssignmentOperation { Target: { } target, Value: { } value } when Outlives(target) && spans.IsSpanOf(end.Owner, value):
                    yield return (value, "stored where it outlives it");
                    break;
            }
        }
    }

    // Uses of locals that still hold a span, in the statements that follow the end in its own block.
    private IEnumerable<(IOperation, string)> UsesAfter()
    {
        IOperation statement = end.Scope;
        while (end.IsUsing && statement.Parent is { } parent and not (IBlockOperation or IAnonymousFunctionOperation or ILocalFunctionOperation))
        {
            statement = parent;
        }

        if (statement.Parent is not IBlockOperation block)
        {
            yield break;
        }

        var renewed = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var told = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (IOperation next in block.Operations.Where(o => o.Syntax.SpanStart >= end.Position))
        {
            if (IsAssignmentTo(next, end.Owner))
            {
                yield break;
            }

            foreach (ILocalReferenceOperation use in OfThisMethod(next).OfType<ILocalReferenceOperation>())
            {
                if (!IsTarget(use) && !renewed.Contains(use.Local) && spans.IsSpanOf(end.Owner, use.Local) && told.Add(use.Local))
                {
                    yield return (use, "used after it was disposed");
                }
            }

            if (next is IExpressionStatementOperation { Operation: ISimpleAssignmentOperation { Target: ILocalReferenceOperation { Local: { } local } } })
            {
                renewed.Add(local);
            }
        }
    }

    private static bool IsAssignmentTo(IOperation statement, ISymbol symbol) =>
        statement is IExpressionStatementOperation { Operation: ISimpleAssignmentOperation { Target: { } target } }
        && SymbolEqualityComparer.Default.Equals(SpanOrigins.Symbol(target), symbol);

    private static bool IsTarget(IOperation reference) => reference.Parent is ISimpleAssignmentOperation { Target: { } target } && ReferenceEquals(target, reference);

    private static bool Outlives(IOperation target) => target switch
    {
        IParameterReferenceOperation { Parameter.RefKind: RefKind.Out or RefKind.Ref } => true,
        IFieldReferenceOperation { Instance: IInstanceReferenceOperation or IParameterReferenceOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } } => true,
        IPropertyReferenceOperation { Instance: IInstanceReferenceOperation or IParameterReferenceOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } } => true,
        _ => false,
    };

    // Local functions and lambdas have separate scopes.
    private static IEnumerable<IOperation> OfThisMethod(IOperation operation)
    {
        if (operation is IAnonymousFunctionOperation or ILocalFunctionOperation)
        {
            yield break;
        }

        yield return operation;
        foreach (IOperation child in operation.ChildOperations)
        {
            foreach (IOperation inner in OfThisMethod(child))
            {
                yield return inner;
            }
        }
    }
}

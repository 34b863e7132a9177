using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Inference.Generators.Lifetimes;

/// <summary>Where a method disposes a value.</summary>
internal sealed class LifetimeEnd
{
    private LifetimeEnd(ISymbol owner, IOperation scope, int position)
    {
        Owner = owner;
        Scope = scope;
        Position = position;
    }

    /// <summary>The local or parameter that is disposed.</summary>
    public ISymbol Owner { get; }

    /// <summary>The affected operation: the scope of a using, or the statement of a Dispose call.</summary>
    public IOperation Scope { get; }

    /// <summary>Where in the text the value is disposed.</summary>
    public int Position { get; }

    /// <summary>Whether it ends at the end of its scope on every path.</summary>
    public bool IsUsing => Scope is not IExpressionStatementOperation and not ITryOperation;

    /// <summary>All of them in a method.</summary>
    public static IEnumerable<LifetimeEnd> In(IOperation root, ValueTypes types)
    {
        foreach (IOperation operation in root.DescendantsAndSelf())
        {
            switch (operation)
            {
                case IUsingDeclarationOperation { Parent: { } block } declaration:
                    foreach (ILocalSymbol local in Locals(declaration.DeclarationGroup, types))
                    {
                        yield return new(local, block, block.Syntax.Span.End);
                    }

                    break;
                case IUsingOperation used:
                    foreach (ILocalSymbol local in Locals(used.Resources, types))
                    {
                        yield return new(local, used, used.Syntax.Span.End);
                    }

                    break;
                case IInvocationOperation { TargetMethod: { Name: "Dispose", Parameters.Length: 0 }, Instance: { } instance, Parent: IExpressionStatementOperation statement }
                    when types.IsOwner(instance.Type) && SpanOrigins.Symbol(instance) is { } owner:
                    IOperation point = statement;
                    if (statement.Parent is IBlockOperation { Parent: ITryOperation attempt } block2 && ReferenceEquals(attempt.Finally, block2))
                    {
                        // In a finally: disposed after the whole statement.
                        point = attempt;
                    }

                    yield return new(owner, point, point.Syntax.Span.End);
                    break;
            }
        }
    }

    private static IEnumerable<ILocalSymbol> Locals(IOperation resources, ValueTypes types) =>
        resources.DescendantsAndSelf().OfType<IVariableDeclaratorOperation>().Select(static d => d.Symbol).Where(s => types.IsOwner(s.Type));
}

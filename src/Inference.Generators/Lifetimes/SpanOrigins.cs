using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Inference.Generators.Lifetimes;

/// <summary>The spans or values of an owner that locals hold: everything that is assigned to a local in the method.</summary>
internal sealed class SpanOrigins
{
    private readonly ValueTypes _types;
    private readonly Dictionary<ISymbol, List<IOperation>> _given = new(SymbolEqualityComparer.Default);

    public SpanOrigins(ValueTypes types, IOperation root)
    {
        _types = types;
        foreach (IOperation operation in root.DescendantsAndSelf())
        {
            switch (operation)
            {
                case IVariableDeclaratorOperation { Symbol: { } local, Initializer.Value: { } value }:
                    Note(local, value);
                    break;
                case ISimpleAssignmentOperation { Target: ILocalReferenceOperation { Local: { } target }, Value: { } assigned }:
                    Note(target, assigned);
                    break;
            }
        }
    }

    /// <summary>The local or parameter that an expression refers to; null for other expressions.</summary>
    public static ISymbol? Symbol(IOperation expression) => Plain(expression) switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        _ => null,
    };

    /// <summary>Whether an expression is a span over the owner's memory.</summary>
    public bool IsSpanOf(ISymbol owner, IOperation expression) => expression.Type is { IsRefLikeType: true } && Reaches(owner, expression, 0);

    /// <summary>Whether a local holds a span over the owner's memory.</summary>
    public bool IsSpanOf(ISymbol owner, ILocalSymbol local) =>
        local.Type.IsRefLikeType && _given.TryGetValue(local, out List<IOperation>? given) && given.Exists(value => IsSpanOf(owner, value));

    private void Note(ISymbol local, IOperation value)
    {
        if (!_given.TryGetValue(local, out List<IOperation>? given))
        {
            _given[local] = given = [];
        }

        given.Add(value);
    }

    private static IOperation Plain(IOperation expression)
    {
        while (expression is IConversionOperation { OperatorMethod: null, Operand: { } operand })
        {
            expression = operand;
        }

        return expression is IParenthesizedOperation { Operand: { } inner } ? Plain(inner) : expression;
    }

    // Whether the memory of an expression belongs to the owner. Depth ends cycles of locals assigned to each other.
    private bool Reaches(ISymbol owner, IOperation? expression, int depth)
    {
        if (expression is null || depth > 16)
        {
            return false;
        }

        expression = Plain(expression);
        switch (expression)
        {
            case ILocalReferenceOperation { Local: { } local }:
                return SymbolEqualityComparer.Default.Equals(local, owner)
                    || (CarriesMemory(local.Type) && _given.TryGetValue(local, out List<IOperation>? given) && given.Exists(value => Reaches(owner, value, depth + 1)));
            case IParameterReferenceOperation { Parameter: { } parameter }:
                return SymbolEqualityComparer.Default.Equals(parameter, owner);
            case IConversionOperation { Operand: { } operand } conversion:
                return CarriesMemory(conversion.Type) && Reaches(owner, operand, depth + 1);
            case IPropertyReferenceOperation { Instance: { } instance, Property.Name: not "Shape" } property:
                return (CarriesMemory(property.Type) || property.Property.Name is "Value") && Reaches(owner, instance, depth + 1);
            case IImplicitIndexerReferenceOperation { Instance: { } sliced } indexer:
                return CarriesMemory(indexer.Type) && Reaches(owner, sliced, depth + 1);
            case IInvocationOperation invocation:
                return ReachesByCall(owner, invocation, depth);
            case IObjectCreationOperation { Arguments: { } arguments } made:
                return CarriesMemory(made.Type) && arguments.Any(a => CarriesMemory(a.Value.Type) && Reaches(owner, a.Value, depth + 1));
            case IConditionalOperation { WhenTrue: { } yes, WhenFalse: { } no }:
                return Reaches(owner, yes, depth + 1) || Reaches(owner, no, depth + 1);
            case ISwitchExpressionOperation { Arms: { } arms }:
                return arms.Any(arm => Reaches(owner, arm.Value, depth + 1));
            case ICoalesceOperation { Value: { } first, WhenNull: { } second }:
                return Reaches(owner, first, depth + 1) || Reaches(owner, second, depth + 1);
            default:
                return false;
        }
    }

    // Rows and Retain return separate values; a call that returns a span may return that of its instance or of any span argument.
    private bool ReachesByCall(ISymbol owner, IInvocationOperation call, int depth)
    {
        if (call.Type is { IsRefLikeType: true })
        {
            return Reaches(owner, call.Instance, depth + 1) || call.Arguments.Any(a => CarriesMemory(a.Value.Type) && Reaches(owner, a.Value, depth + 1));
        }

        return call.TargetMethod.Name is "GetValue" or "GetAt" && _types.IsOwner(call.Instance?.Type) && Reaches(owner, call.Instance, depth + 1);
    }

    private bool CarriesMemory(ITypeSymbol? type) => type is { IsRefLikeType: true } || _types.IsValue(type);
}

using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Inference.PublicApi.Tests;

/// <summary>The public surface of an assembly as text: one line for each type and member, sorted.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly NullabilityInfoContext s_nullability = new();

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        // Extension blocks compile to static methods, which are listed, and to groups with names that no program can write.
        foreach (Type type in assembly.GetExportedTypes().Where(static t => !t.FullName!.Contains('<', StringComparison.Ordinal)).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Header(type)).Append('\n');
            foreach (string member in Members(type).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Header(Type type)
    {
        string kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : type.IsValueType ? "struct" : "class";
        string modifier = kind != "class" ? "" : type is { IsAbstract: true, IsSealed: true } ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "";
        IEnumerable<Type> inherited = type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Where(i => i.IsVisible).OrderBy(i => i.FullName, StringComparer.Ordinal);
        Type[] bases = [.. kind == "class" && type.BaseType is { } b && b != typeof(object) ? [b] : Type.EmptyTypes, .. kind is "enum" or "delegate" ? [] : inherited];
        string enumBase = type.IsEnum ? $" : {Name(Enum.GetUnderlyingType(type))}" : "";
        return $"{modifier}{kind} {type.Namespace}.{Name(type)}{(bases.Length > 0 ? $" : {string.Join(", ", bases.Select(Name))}" : enumBase)}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => $"{f.Name} = {Convert.ToString(f.GetRawConstantValue(), CultureInfo.InvariantCulture)}");
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return [Signature(type.GetMethod("Invoke")!)];
        }

        return type.GetConstructors(Declared).Where(c => IsVisible(c, type)).Select(c => $"{Access(c)}new({Parameters(c)})")
            .Concat(type.GetFields(Declared).Where(f => f.IsPublic || ((f.IsFamily || f.IsFamilyOrAssembly) && !type.IsSealed)).Select(Field))
            .Concat(type.GetProperties(Declared).Select(p => Property(p, type)).OfType<string>())
            .Concat(type.GetEvents(Declared).Where(e => e.AddMethod is { } add && IsVisible(add, type)).Select(e => $"event {Name(e.EventHandlerType!)} {e.Name}"))
            .Concat(type.GetMethods(Declared).Where(m => IsVisible(m, type) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) && !IsGenerated(m)).Select(Signature));
    }

    private static string Field(FieldInfo field) => field.IsLiteral
        ? $"const {Name(field.FieldType)} {field.Name} = {Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}"
        : $"{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)} {field.Name}";

    private static string? Property(PropertyInfo property, Type type)
    {
        MethodInfo? get = property.GetMethod is { } g && IsVisible(g, type) ? g : null;
        MethodInfo? set = property.SetMethod is { } s && IsVisible(s, type) ? s : null;
        if (property.Name == "EqualityContract" || (get ?? set) is not { } any)
        {
            return null;
        }

        bool init = set?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        bool required = property.IsDefined(typeof(RequiredMemberAttribute));
        string index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"[{string.Join(", ", parameters.Select(Parameter))}]" : "";
        string nullable = !property.PropertyType.IsValueType && s_nullability.Create(property).ReadState == NullabilityState.Nullable ? "?" : "";
        return $"{Access(any)}{(required ? "required " : "")}{Name(property.PropertyType)}{nullable} {property.Name}{index} {{ {(get is null ? "" : "get; ")}{(set is null ? "" : init ? "init; " : "set; ")}}}";
    }

    private static string Signature(MethodInfo method)
    {
        string generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        string nullable = !method.ReturnType.IsValueType && s_nullability.Create(method.ReturnParameter).ReadState == NullabilityState.Nullable ? "?" : "";
        return $"{Access(method)}{Name(method.ReturnType)}{nullable} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) =>
        (method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "") + string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        string nullable = !parameter.ParameterType.IsValueType && s_nullability.Create(parameter).ReadState == NullabilityState.Nullable ? "?" : "";
        string by = parameter.IsOut ? "out " : parameter.IsIn && parameter.ParameterType.IsByRef ? "in " : parameter.ParameterType.IsByRef ? "ref " : "";
        Type type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        string value = !parameter.HasDefaultValue ? "" : $" = {parameter.RawDefaultValue switch { null => "default", string s => $"\"{s}\"", var v => Convert.ToString(v, CultureInfo.InvariantCulture) }}";
        return $"{by}{Name(type)}{nullable} {parameter.Name}{value}";
    }

    private static string Access(MethodBase method)
    {
        string access = method.IsPublic ? "" : "protected ";
        string kind = method.IsStatic ? "static " : method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? "abstract " : method is { IsVirtual: true, IsFinal: false } && !method.DeclaringType.IsSealed ? "virtual " : "";
        return access + kind;
    }

    private static bool IsVisible(MethodBase method, Type type) => method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !type.IsSealed);

    // What the compiler writes for records is implied by the type.
    private static bool IsGenerated(MethodInfo method) =>
        method.IsDefined(typeof(CompilerGeneratedAttribute)) || method.Name is "PrintMembers" or "<Clone>$" or "Finalize";

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!) + "&";
        }

        if (type.IsPointer)
        {
            return Name(type.GetElementType()!) + "*";
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + $"[{new string(',', type.GetArrayRank() - 1)}]";
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        string name = type.Name.Split('`')[0];
        if (type.IsGenericType)
        {
            name += $"<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
        }

        return type is { IsNested: true, IsGenericParameter: false } ? $"{Name(type.DeclaringType!)}.{name}" : name;
    }
}

using System.Reflection;
using System.Reflection.Emit;

namespace Inference.Tests.Architecture;

/// <summary>The string constants in the compiled code of types.</summary>
internal static class CompiledStrings
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<int, OpCode> s_opCodes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o => (int)(ushort)o.Value);

    /// <summary>The types of an assembly, with the constants in their code and in that of the types inside them.</summary>
    public static IEnumerable<(Type Type, HashSet<string> Strings)> Of(Assembly assembly) =>
        assembly.GetTypes().GroupBy(Outermost).Select(g => (g.Key, g.SelectMany(Of).ToHashSet(StringComparer.Ordinal)));

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<string> Of(Type type)
    {
        IEnumerable<MethodBase> methods = [.. type.GetMethods(All), .. type.GetConstructors(All)];
        return methods.SelectMany(m => m.GetMethodBody()?.GetILAsByteArray() is { } code ? Of(m.Module, code) : []);
    }

    private static IEnumerable<string> Of(Module module, byte[] code)
    {
        for (int i = 0; i < code.Length;)
        {
            int value = code[i++];
            if (value == 0xFE)
            {
                value = 0xFE00 | code[i++];
            }

            OpCode opCode = s_opCodes[value];
            if (opCode == OpCodes.Ldstr)
            {
                yield return module.ResolveString(BitConverter.ToInt32(code, i));
            }

            i += opCode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, i)),
                _ => 4,
            };
        }
    }
}

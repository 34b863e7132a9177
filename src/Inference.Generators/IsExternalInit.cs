namespace System.Runtime.CompilerServices;

/// <summary>Required by the compiler for init members; missing on this target framework.</summary>
internal static class IsExternalInit;

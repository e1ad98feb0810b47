export const VARIABLE_FORMATS = ['shell', 'json', 'dotenv', 'nul'] as const;
export type VariableFormat = (typeof VARIABLE_FORMATS)[number];

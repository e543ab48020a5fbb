import type { Button } from '@slack/types';
import { askButton } from './parts.ts';

/** `Newer` and `Older`, where there is such a page. @param words the question without its page, as typed after /illumio */
export const pageButtons = (words: string, page: number, pages: number): readonly Button[] => [
  ...(page > 1 ? [askButton(`${words} --page ${page - 1}`, 'Back', 'back')] : []),
  ...(page < pages ? [askButton(`${words} --page ${page + 1}`, 'Next', 'next')] : []),
];
